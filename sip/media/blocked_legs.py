"""Legs that are muted or on hold: what they say or hear is blocked meanwhile."""

from engine.ports import Ear, LegId, Said
from sip.media.wiring import FromRoom, Wire


class BlockedLegs:
    """Who is muted, who is on hold, and which wires nothing goes by therefore."""

    def __init__(self) -> None:
        self.muted: set[LegId] = set()
        self.held: set[LegId] = set()

    def drop_leg(self, leg: LegId) -> None:
        self.muted.discard(leg)
        self.held.discard(leg)

    def blocks(self, wire: Wire) -> bool:
        """Whether nothing is to be heard by this wire for now."""
        source, sink = wire
        if isinstance(source, FromRoom):
            return isinstance(sink, Ear)  # the room sends it past the bridge
        if not isinstance(source, Said):
            return False
        heard_by_held = isinstance(sink, Ear) and sink.leg in self.held
        return heard_by_held or source.leg in self.muted or source.leg in self.held
