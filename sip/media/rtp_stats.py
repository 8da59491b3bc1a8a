"""Figures of a line, from the library's counts to the engine's words."""

import pjsua2 as pj

from engine.ports import RtpStats


def line_figures(counts: pj.Figures) -> RtpStats | None:
    """None where the leg has never had media."""
    if not counts.codec:
        return None
    return RtpStats(
        codec=str(counts.codec),
        packets_received=counts.received,
        packets_lost=counts.lost,
        packets_discarded=counts.discarded,
        packets_sent=counts.sent,
        jitter_ms=_known(counts.jitter_ms),
        mean_jitter_ms=_known(counts.mean_jitter_ms),
        round_trip_ms=_known(counts.round_trip_ms),
        buffer_ms=_known(counts.buffer_ms),
        far_packets_lost=counts.far_lost if counts.far_reports else None,
        far_jitter_ms=_known(counts.far_jitter_ms),
        strange_packets=counts.strange,
        first_stranger=str(counts.first_stranger),
    )


def _known(value: float) -> float | None:
    return value if value >= 0 else None
