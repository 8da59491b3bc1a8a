"""SIP and RTP by pjsua2; the only package that imports it."""
