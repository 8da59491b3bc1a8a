"""Bytes that are nearly right, by a seed: SIP, session descriptions, RTP, RTCP and STUN."""
