"""Speech quality of a call: the E-model's rating factor and mean opinion score, from what the line measured.

The simplified model for voice over IP with every other parameter at its default: R = 93.2 - Id - Ie,eff
(ITU-T G.107 §7; Id as Cole and Rosenbluth fitted it, 2001). The scale is that of narrowband telephony, on which nothing
is better than G.711: a wideband line is not rated higher than that.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from config.codecs import codec_named
from engine.model.rtp_stats import RtpStats

BEST_R: Final = 93.2
"""Ro - Is with the defaults of G.107 §7.7."""

PACKET_MS: Final = 20.0
"""How long a packet is filled before it is sent."""


class Satisfaction(StrEnum):
    """User satisfaction with a line, by the bounds of ITU-T G.109 table 1; its two best classes are one here."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    BAD = "bad"


_LEAST_R: Final = ((80.0, Satisfaction.GOOD), (70.0, Satisfaction.FAIR), (60.0, Satisfaction.POOR))


@dataclass(frozen=True, slots=True)
class Quality:
    """`r` from 0 to 93.2 (G.107); `mos` from 1.0 to 4.5, listening and talking (MOS-CQE, G.107 annex B)."""

    r: float
    mos: float

    @property
    def satisfaction(self) -> Satisfaction:
        return next((word for least, word in _LEAST_R if self.r >= least), Satisfaction.BAD)


def quality_of(figures: RtpStats) -> Quality:
    """Rate how the far end sounds here, by what the line measured."""
    r = rating(loss=loss_of(figures), delay_ms=delay_of(figures), codec=figures.codec)
    return Quality(r, mean_opinion(r))


def since(before: RtpStats, now: RtpStats) -> RtpStats:
    """What came between two looks at one line."""
    return replace(
        now,
        packets_received=max(0, now.packets_received - before.packets_received),
        packets_lost=max(0, now.packets_lost - before.packets_lost),
        packets_discarded=max(0, now.packets_discarded - before.packets_discarded),
        packets_sent=max(0, now.packets_sent - before.packets_sent),
    )


def rating(*, loss: float, delay_ms: float, codec: str) -> float:
    """R. `loss` is the part of the packets that were not heard, 0.0 to 1.0; `delay_ms` is from mouth to ear."""
    impairment = codec_named(codec).impairment
    percent = 100 * loss
    lossy = impairment.ie + (95 - impairment.ie) * percent / (percent + impairment.bpl)  # G.107 §7.5, random loss
    late = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    return max(0.0, BEST_R - late - lossy)


def mean_opinion(r: float) -> float:
    """MOS of an R (G.107 annex B)."""
    if r >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6) if r > 0 else 1.0


def loss_of(figures: RtpStats) -> float:
    """The part of the far end's packets that never came or came too late, 0.0 to 1.0."""
    expected = figures.packets_received + figures.packets_lost
    return min(1.0, (figures.packets_lost + figures.packets_discarded) / expected) if expected else 0.0


def delay_of(figures: RtpStats) -> float:
    """The delay from mouth to ear in ms: half of the round trip, a packet's length and the wait in the jitter buffer.

    Where the buffer's wait is not known, it is taken for twice the jitter.
    """
    wait_ms = figures.buffer_ms if figures.buffer_ms is not None else 2 * (figures.mean_jitter_ms or 0.0)
    return (figures.round_trip_ms or 0.0) / 2 + PACKET_MS + wait_ms
