"""The SIP thread's half of the bridge: ports of the conference bridge behind sources and sinks."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import pjsua2 as pj

from engine.errors import MediaError, RecordingError
from engine.model.disclosure import Disclosure
from engine.ports import (
    Attendance,
    Ear,
    Everyone,
    Fed,
    Forked,
    LegId,
    Mixed,
    Played,
    PlayerId,
    RecorderId,
    RoomId,
    RoomSound,
    RtpStats,
    Said,
    Sink,
    Source,
    StreamId,
    Track,
)
from sip.config import WIDEBAND_HZ
from sip.media.conference_seats import ConferenceSeats
from sip.media.stream_ports import StreamPorts
from sip.media.wiring import Asked, FromRoom, Listened, ListenerId, Plain, Target, Wire, Wiring


class MediaConnections:
    """Keeps the wiring and the ports in step. Every method runs on the SIP thread."""

    def __init__(self) -> None:
        self._wiring = Wiring()
        self._seating = ConferenceSeats()
        self._streams = StreamPorts()
        self._legs: dict[LegId, pj.AudioMedia] = {}
        self._players: dict[PlayerId, pj.Player] = {}
        self._on_end: dict[PlayerId, Callable[[], None]] = {}
        self._recorders: dict[RecorderId, list[pj.RecordedTrack]] = {}
        self._listeners: dict[ListenerId, pj.ListeningPort] = {}
        self._muted: set[LegId] = set()
        self._held: set[LegId] = set()
        self._passed: dict[LegId, LegId] = {}
        """Whose packets go to whom as they are, past the bridge: no wire of the bridge is laid between those two."""

    def wrap(self, leg: LegId, stream: pj.OnStreamCreatedParam, call_with_keys: int | None = None) -> None:
        self._seating.wrap(leg, stream, call_with_keys)

    def sound_keys(self, leg: LegId, keys: str) -> None:
        self._seating.sound_keys(leg, keys)

    def unwrap(self, leg: LegId) -> None:
        self._seating.unwrap(leg)

    def set_leg(self, leg: LegId, media: pj.AudioMedia) -> None:
        """A leg's media was made or made anew: lay its wires again."""
        self._legs[leg] = media
        self._pass_no_more(leg)
        wires = self._wiring.of_leg(leg)
        self._settle(wires)
        self._begin(wires)

    def rest_leg(self, leg: LegId) -> None:
        self._pass_no_more(leg)
        self._legs.pop(leg, None)

    def drop_leg(self, leg: LegId) -> None:
        self._pass_no_more(leg)
        self._legs.pop(leg, None)
        self._muted.discard(leg)
        self._held.discard(leg)
        self._seating.drop_leg(leg)
        self._settle(self._wiring.drop_leg(leg))

    def exchange(self, one: LegId, other: LegId) -> None:
        """The media of two legs change places: wires, seats, and who is muted or held stay where they are."""
        legs = (one, other)
        wires = {wire for leg in legs for wire in (*self._wiring.of_leg(leg), *self._wiring.from_room(leg))}
        self._end([wire for wire in wires if not self._is_blocked(wire) and not self._passes(wire)])
        for leg in legs:
            self._pass_no_more(leg)
        moved = {there: self._legs.pop(here, None) for here, there in ((one, other), (other, one))}
        self._legs |= {leg: media for leg, media in moved.items() if media is not None}
        seated = self._seating.exchange(one, other)
        self._settle(wires)
        self._begin(wires)
        for leg in seated:
            self._attend(leg)

    def figures(self, leg: LegId) -> RtpStats | None:
        return self._seating.figures(leg)

    def life(self, leg: LegId) -> int | None:
        return self._seating.life(leg)

    def strange_packets(self, leg: LegId) -> int:
        return self._seating.strange_packets(leg)

    def connect(self, source: Source, sink: Sink) -> None:
        self._connect(source, sink)

    def disconnect(self, source: Source, sink: Sink) -> None:
        self._disconnect(source, sink)

    def mute(self, leg: LegId, muted: bool) -> None:
        self._block(leg, self._muted, muted)

    def hold(self, leg: LegId, held: bool) -> None:
        self._block(leg, self._held, held)

    def open_room(self, room: RoomId, sound: RoomSound) -> None:
        self._seating.open(room, sound)

    def close_room(self, room: RoomId) -> None:
        for leg in self._seating.close(room):
            self._disconnect(FromRoom(leg), Ear(leg))
        self._settle(self._wiring.drop_room(room))

    def place(self, leg: LegId, room: RoomId, attendance: Attendance) -> None:
        if self._seating.place(leg, room, attendance):
            self._connect(FromRoom(leg), Ear(leg))
            self._settle(self._wiring.of_leg(leg))
        self._attend(leg)

    def remove(self, leg: LegId, room: RoomId) -> None:
        if self._seating.room_of(leg) == room:
            self._disconnect(FromRoom(leg), Ear(leg))
            self._seating.remove(leg)
            self._settle(self._wiring.of_leg(leg))

    def talking(self, room: RoomId) -> frozenset[LegId]:
        return self._seating.talking(room)

    def room_rate_hz(self, room: RoomId) -> int:
        mix = self._seating.room(room)
        return int(mix.rate()) if mix is not None else 0

    def play(self, player: PlayerId, wav: Path, sinks: list[Sink], loop: bool, on_end: Callable[[], None]) -> None:
        try:
            port = pj.Player(str(wav), loop, player)
        except pj.Error as error:
            raise MediaError(f"{wav.name} can't be played: {error.reason}.") from None
        self._players[player] = port
        self._on_end[player] = on_end
        for sink in sinks:
            self.connect(Played(player), sink)

    def drop_player(self, player: PlayerId) -> None:
        self._settle(self._wiring.drop_player(player))
        self._on_end.pop(player, None)
        self._players.pop(player, None)

    def tell_ended(self) -> None:
        """Tell of the players whose files have ended since the last time."""
        for number in pj.players_ended():
            if on_end := self._on_end.pop(PlayerId(number), None):
                on_end()

    def record(self, recorder: RecorderId, recording: pj.Recording, tracks: Sequence[Sequence[Source]]) -> None:
        try:
            ports = [pj.RecordedTrack(recording, number) for number in range(len(tracks))]
        except pj.Error as error:
            raise RecordingError(f"Nothing can be recorded: {error.reason}.") from None
        self._recorders[recorder] = ports
        for number, sources in enumerate(tracks):
            for source in sources:
                self.connect(source, Track(recorder, number))

    def drop_recorder(self, recorder: RecorderId) -> None:
        self._settle(self._wiring.drop_recorder(recorder))
        self._recorders.pop(recorder, None)

    def listen(self, listener: ListenerId, source: Said) -> pj.Listener:
        try:
            heard = pj.Listener(listener)
            self._listeners[listener] = pj.ListeningPort(heard)
        except pj.Error as error:
            raise MediaError(f"What leg {source.leg} says can't be heard: {error.reason}.") from None
        self._connect(source, Listened(listener))
        return heard

    def drop_listener(self, listener: ListenerId) -> None:
        self._settle(self._wiring.drop_listener(listener))
        self._listeners.pop(listener, None)

    def fork(self, live: pj.Stream, source: Source, sink: Forked) -> None:
        self._streams.open_track(sink.stream, live, sink.track)
        self._connect(source, sink)

    def fork_no_more(self, source: Source, sink: Forked) -> None:
        self._disconnect(source, sink)

    def feed(self, live: pj.Stream, source: Fed, ear: Ear, disclosure: Disclosure) -> None:
        self._streams.open_source(source.stream, live, disclosure, ear)
        self._connect(source, ear)

    def feed_no_more(self, source: Fed, ear: Ear) -> None:
        self._disconnect(source, ear)

    def drop_stream(self, stream: StreamId) -> None:
        self._settle(self._wiring.drop_stream(stream))
        self._streams.drop(stream)

    def level(self, leg: LegId) -> float:
        media = self._legs.get(leg)
        return media.getRxLevel() / 255 if media is not None else 0.0

    def close(self) -> None:
        """Drop every port before the endpoint goes."""
        self._passed.clear()
        self._players.clear()
        self._recorders.clear()
        self._listeners.clear()
        self._streams.close()
        self._seating.close_all()
        self._legs.clear()

    def _block(self, leg: LegId, blocked: set[LegId], begin: bool) -> None:
        """Wires stay asked for while they are blocked, and are laid again afterwards."""
        before = [wire for wire in self._wiring.of_leg(leg) if not self._is_blocked(wire)]
        if begin and leg in self._legs:
            blocked.add(leg)
        else:
            blocked.discard(leg)
        after = [wire for wire in self._wiring.of_leg(leg) if not self._is_blocked(wire)]
        self._end([wire for wire in before if wire not in after])
        self._settle(self._wiring.of_leg(leg))
        self._begin([wire for wire in after if wire not in before])
        self._attend(leg)

    def _attend(self, leg: LegId) -> None:
        self._seating.attend(leg, muted=leg in self._muted, held=leg in self._held)

    def _is_blocked(self, wire: Wire) -> bool:
        source, sink = wire
        if isinstance(source, FromRoom):
            return isinstance(sink, Ear)  # the room sends it past the bridge
        if not isinstance(source, Said):
            return False
        heard_by_held = isinstance(sink, Ear) and sink.leg in self._held
        return heard_by_held or source.leg in self._muted or source.leg in self._held

    def _connect(self, source: Asked, sink: Target) -> None:
        begun = self._wiring.connect(source, sink)
        self._settle(begun)
        self._begin(begun)

    def _disconnect(self, source: Asked, sink: Target) -> None:
        ended = self._wiring.disconnect(source, sink)
        self._end([wire for wire in ended if not self._is_blocked(wire)])
        self._settle(ended)

    def _settle(self, wires: Collection[Wire]) -> None:
        """After these wires began or ended, or were blocked."""
        self._pass_again(wires)
        self._fit_encoders(wires)

    def _fit_encoders(self, wires: Iterable[Wire]) -> None:
        """What a leg hears is encoded no wider than it is: as the line of who speaks, and no wider than the bridge."""
        for leg in {sink.leg for _, sink in wires if isinstance(sink, Ear)}:
            if sources := self._wiring.heard_by(leg):
                self._seating.hear_up_to(leg, max(map(self._rate_hz, sources)))

    def _rate_hz(self, source: Plain) -> int:
        said_hz = self._seating.rate_hz(source.leg) if isinstance(source, Said) else 0
        return min(said_hz, WIDEBAND_HZ) or WIDEBAND_HZ

    def _pass_again(self, wires: Iterable[Wire]) -> None:
        """Packets pass where they may, and the rest is mixed."""
        for speaker in self._wiring.speakers(wires):
            listener, before = self._lone_listener(speaker), self._passed.get(speaker)
            if listener == before:
                continue
            if before is not None:
                self._mix(speaker)
            if listener is not None and self._seating.pass_to(speaker, listener):
                self._end([(Said(speaker), Ear(listener))])
                self._passed[speaker] = listener

    def _lone_listener(self, speaker: LegId) -> LegId | None:
        listener = self._wiring.lone_listener(speaker)
        if listener is None or self._is_blocked((Said(speaker), Ear(listener))):
            return None
        seated = self._seating.room_of(speaker) is not None or self._seating.room_of(listener) is not None
        return None if seated else listener

    def _mix(self, speaker: LegId) -> None:
        """Leave to the bridge what passed by it, if it is still asked for."""
        wire = (Said(speaker), Ear(self._passed.pop(speaker)))
        self._seating.pass_to_nobody(speaker)
        if wire in self._wiring.of_leg(speaker):
            self._begin([wire])

    def _pass_no_more(self, leg: LegId) -> None:
        """Neither from a leg nor to it."""
        for speaker in [speaker for speaker, listener in self._passed.items() if leg in (speaker, listener)]:
            del self._passed[speaker]
            self._seating.pass_to_nobody(speaker)

    def _begin(self, wires: Iterable[Wire]) -> None:
        for wire in wires:
            origin, target = self._origin(wire[0]), self._target(wire[1])
            if origin is not None and target is not None and not self._is_blocked(wire) and not self._passes(wire):
                origin.startTransmit(target)

    def _passes(self, wire: Wire) -> bool:
        source, sink = wire
        return isinstance(source, Said) and isinstance(sink, Ear) and self._passed.get(source.leg) == sink.leg

    def _end(self, wires: Iterable[Wire]) -> None:
        for source, sink in wires:
            origin, target = self._origin(source), self._target(sink)
            if origin is not None and target is not None:
                origin.stopTransmit(target)

    def _origin(self, source: Plain) -> pj.AudioMedia | None:
        match source:
            case Said(leg):
                return self._legs.get(leg)
            case Played(player):
                return self._players.get(player)
            case Mixed(room):
                return self._seating.room(room)
            case Fed(stream):
                return self._streams.source(stream)
            case FromRoom(leg):
                return self._seating.sent_to(leg)

    def _target(self, sink: Target) -> pj.AudioMedia | None:
        if isinstance(sink, Ear):
            return self._legs.get(sink.leg)
        if isinstance(sink, Everyone):
            return self._seating.room(sink.room)
        if isinstance(sink, Listened):
            return self._listeners.get(sink.listener)
        if isinstance(sink, Forked):
            return self._streams.track(sink.stream, sink.track)
        ports = self._recorders.get(sink.recorder)
        return ports[sink.number] if ports else None
