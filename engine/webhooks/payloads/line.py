"""The payload of a leg's line: loss, jitter, delay, and what that makes of a conversation."""

from engine.model.quality import loss_of, quality_of
from engine.ports import RtpStats


def line_facts(figures: RtpStats) -> dict[str, object]:
    """Loss in percent of the packets, times in ms; what is not known is left out."""
    quality = quality_of(figures)
    facts = {
        "codec": figures.codec,
        "quality": quality.satisfaction.value,
        "mos": round(quality.mos, 2),
        "loss_percent": round(100 * loss_of(figures), 2),
        "packets_received": figures.packets_received,
        "packets_lost": figures.packets_lost,
        "packets_discarded": figures.packets_discarded,
        "packets_sent": figures.packets_sent,
        "jitter_ms": _rounded(figures.mean_jitter_ms),
        "round_trip_ms": _rounded(figures.round_trip_ms),
        "far_packets_lost": figures.far_packets_lost,
        "far_jitter_ms": _rounded(figures.far_jitter_ms),
        "strange_packets": figures.strange_packets or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
