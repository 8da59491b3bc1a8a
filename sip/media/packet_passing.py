"""Packets that pass from leg to leg as they are, past the bridge, where only those two hear each other."""

from collections.abc import Iterable

from engine.ports import Ear, LegId, Said
from sip.media.blocked_legs import BlockedLegs
from sip.media.bridge_ports import BridgePorts
from sip.media.conference_seats import ConferenceSeats
from sip.media.wiring import Wire, Wiring


class PacketPassing:
    """Knows whose packets go to whom, and has them do so. Every method runs on the SIP thread."""

    def __init__(self, wiring: Wiring, seating: ConferenceSeats, ports: BridgePorts, blocked: BlockedLegs) -> None:
        self._wiring = wiring
        self._seating = seating
        self._ports = ports
        self._blocked = blocked
        self._passed: dict[LegId, LegId] = {}

    def carries(self, wire: Wire) -> bool:
        """Whether packets go this way, so that no wire of the bridge is laid there."""
        source, sink = wire
        return isinstance(source, Said) and isinstance(sink, Ear) and self._passed.get(source.leg) == sink.leg

    def settle(self, wires: Iterable[Wire]) -> None:
        """After these wires began or ended, or were blocked: packets pass where they may, and the rest is mixed."""
        for speaker in self._wiring.speakers(wires):
            listener, before = self._lone_listener(speaker), self._passed.get(speaker)
            if listener == before:
                continue
            if before is not None:
                self._mix(speaker)
            if listener is not None and self._seating.pass_to(speaker, listener):
                self._ports.lift((Said(speaker), Ear(listener)))
                self._passed[speaker] = listener

    def _lone_listener(self, speaker: LegId) -> LegId | None:
        listener = self._wiring.lone_listener(speaker)
        if listener is None or self._blocked.blocks((Said(speaker), Ear(listener))):
            return None
        seated = self._seating.room_of(speaker) is not None or self._seating.room_of(listener) is not None
        return None if seated else listener

    def _mix(self, speaker: LegId) -> None:
        """Leave to the bridge what passed by it, if it is still asked for."""
        wire = (Said(speaker), Ear(self._passed.pop(speaker)))
        self._seating.pass_to_nobody(speaker)
        if wire in self._wiring.of_leg(speaker) and not self._blocked.blocks(wire):
            self._ports.lay(wire)

    def end(self, leg: LegId) -> None:
        """Neither from a leg nor to it."""
        for speaker in [speaker for speaker, listener in self._passed.items() if leg in (speaker, listener)]:
            del self._passed[speaker]
            self._seating.pass_to_nobody(speaker)

    def clear(self) -> None:
        """Forget all of it, as the endpoint ends."""
        self._passed.clear()
