"""The ports of the library's bridge behind sources and sinks, and the wires between them."""

import pjsua2 as pj

from engine.ports import Ear, Everyone, Fed, Forked, LegId, Mixed, Played, PlayerId, RecorderId, Said
from sip.media.conference_seats import ConferenceSeats
from sip.media.stream_ports import StreamPorts
from sip.media.wiring import FromRoom, Listened, ListenerId, Plain, Target, Wire


class BridgePorts:
    """Ports by what they stand for; a wire whose ports are not there is laid when they are."""

    def __init__(self, seating: ConferenceSeats, streams: StreamPorts) -> None:
        self._seating = seating
        self._streams = streams
        self.legs: dict[LegId, pj.AudioMedia] = {}
        self.players: dict[PlayerId, pj.Player] = {}
        self.recorders: dict[RecorderId, list[pj.RecordedTrack]] = {}
        self.listeners: dict[ListenerId, pj.ListeningPort] = {}

    def lay(self, wire: Wire) -> None:
        """Have the sink hear the source."""
        origin, target = self._origin(wire[0]), self._target(wire[1])
        if origin is not None and target is not None:
            origin.startTransmit(target)

    def lift(self, wire: Wire) -> None:
        """Have it hear the source no more."""
        origin, target = self._origin(wire[0]), self._target(wire[1])
        if origin is not None and target is not None:
            origin.stopTransmit(target)

    def clear(self) -> None:
        """Let go of all, before the endpoint goes."""
        self.players.clear()
        self.recorders.clear()
        self.listeners.clear()
        self._streams.close()
        self._seating.close_all()
        self.legs.clear()

    def _origin(self, source: Plain) -> pj.AudioMedia | None:
        match source:
            case Said(leg):
                return self.legs.get(leg)
            case Played(player):
                return self.players.get(player)
            case Mixed(room):
                return self._seating.room(room)
            case Fed(stream):
                return self._streams.source(stream)
            case FromRoom(leg):
                return self._seating.sent_to(leg)

    def _target(self, sink: Target) -> pj.AudioMedia | None:
        if isinstance(sink, Ear):
            return self.legs.get(sink.leg)
        if isinstance(sink, Everyone):
            return self._seating.room(sink.room)
        if isinstance(sink, Listened):
            return self.listeners.get(sink.listener)
        if isinstance(sink, Forked):
            return self._streams.track(sink.stream, sink.track)
        ports = self.recorders.get(sink.recorder)
        return ports[sink.number] if ports else None
