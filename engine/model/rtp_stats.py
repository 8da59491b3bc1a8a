"""RTP statistics of a leg, as its line measures itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RtpStats:
    """RTP packets since the leg began, over all its re-INVITEs, and what RTCP told (RFC 3550 §6.4); times in ms.

    `packets_discarded` came, but too late or out of turn. `packets_received` grows by 50 a second on a line with 20 ms
    packets: one that stands still is stalled, or silent by agreement. What is not known yet is None: a far end need not
    send RTCP at all.
    """

    codec: str
    packets_received: int
    packets_lost: int
    packets_discarded: int
    packets_sent: int
    jitter_ms: float | None
    """Of what comes in, now (RFC 3550 §6.4.1)."""
    mean_jitter_ms: float | None
    round_trip_ms: float | None
    buffer_ms: float | None
    """How long a packet waits in the jitter buffer, on average."""
    far_packets_lost: int | None
    """Of those that we sent, as the far end reports."""
    far_jitter_ms: float | None
    strange_packets: int = 0
    """Of RTP and RTCP from others than the far end: nothing was done with them."""
    first_stranger: str = ""
    """Whence the first of these came, as address:port."""
