"""The SIP thread's half of the bridge: what is to be heard where, laid by wires or passed by packets."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import pjsua2 as pj

from engine.errors import MediaError, RecordingError
from engine.model.disclosure import Disclosure
from engine.ports import (
    Attendance,
    Ear,
    Fed,
    Forked,
    LegId,
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
from sip.media.blocked_legs import BlockedLegs
from sip.media.bridge_ports import BridgePorts
from sip.media.conference_seats import ConferenceSeats
from sip.media.packet_passing import PacketPassing
from sip.media.stream_ports import StreamPorts
from sip.media.wiring import Asked, FromRoom, Listened, ListenerId, Plain, Target, Wire, Wiring


class MediaConnections:
    """Keeps the wiring and the ports in step. Every method runs on the SIP thread."""

    def __init__(self) -> None:
        self._wiring = Wiring()
        self._seating = ConferenceSeats()
        self._streams = StreamPorts()
        self._ports = BridgePorts(self._seating, self._streams)
        self._on_end: dict[PlayerId, Callable[[], None]] = {}
        self._blocked = BlockedLegs()
        self._passing = PacketPassing(self._wiring, self._seating, self._ports, self._blocked)

    def wrap(self, leg: LegId, stream: pj.OnStreamCreatedParam, call_with_keys: int | None = None) -> None:
        self._seating.wrap(leg, stream, call_with_keys)

    def sound_keys(self, leg: LegId, keys: str) -> None:
        self._seating.sound_keys(leg, keys)

    def unwrap(self, leg: LegId) -> None:
        self._seating.unwrap(leg)

    def set_leg(self, leg: LegId, media: pj.AudioMedia) -> None:
        """A leg's media was made or made anew: lay its wires again."""
        self._ports.legs[leg] = media
        self._passing.end(leg)
        wires = self._wiring.of_leg(leg)
        self._settle(wires)
        self._begin(wires)

    def rest_leg(self, leg: LegId) -> None:
        self._passing.end(leg)
        self._ports.legs.pop(leg, None)

    def drop_leg(self, leg: LegId) -> None:
        self._passing.end(leg)
        self._ports.legs.pop(leg, None)
        self._blocked.drop_leg(leg)
        self._seating.drop_leg(leg)
        self._settle(self._wiring.drop_leg(leg))

    def exchange(self, one: LegId, other: LegId) -> None:
        """The media of two legs change places: wires, seats, and who is muted or held stay where they are."""
        legs = (one, other)
        wires = {wire for leg in legs for wire in (*self._wiring.of_leg(leg), *self._wiring.from_room(leg))}
        self._end([wire for wire in wires if not self._blocked.blocks(wire) and not self._passing.carries(wire)])
        for leg in legs:
            self._passing.end(leg)
        moved = {there: self._ports.legs.pop(here, None) for here, there in ((one, other), (other, one))}
        self._ports.legs |= {leg: media for leg, media in moved.items() if media is not None}
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
        self._block(leg, self._blocked.muted, muted)

    def hold(self, leg: LegId, held: bool) -> None:
        self._block(leg, self._blocked.held, held)

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
        self._ports.players[player] = port
        self._on_end[player] = on_end
        for sink in sinks:
            self.connect(Played(player), sink)

    def drop_player(self, player: PlayerId) -> None:
        self._settle(self._wiring.drop_player(player))
        self._on_end.pop(player, None)
        self._ports.players.pop(player, None)

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
        self._ports.recorders[recorder] = ports
        for number, sources in enumerate(tracks):
            for source in sources:
                self.connect(source, Track(recorder, number))

    def drop_recorder(self, recorder: RecorderId) -> None:
        self._settle(self._wiring.drop_recorder(recorder))
        self._ports.recorders.pop(recorder, None)

    def listen(self, listener: ListenerId, source: Said) -> pj.Listener:
        try:
            heard = pj.Listener(listener)
            self._ports.listeners[listener] = pj.ListeningPort(heard)
        except pj.Error as error:
            raise MediaError(f"What leg {source.leg} says can't be heard: {error.reason}.") from None
        self._connect(source, Listened(listener))
        return heard

    def drop_listener(self, listener: ListenerId) -> None:
        self._settle(self._wiring.drop_listener(listener))
        self._ports.listeners.pop(listener, None)

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
        media = self._ports.legs.get(leg)
        return media.getRxLevel() / 255 if media is not None else 0.0

    def close(self) -> None:
        """Drop every port before the endpoint goes."""
        self._passing.clear()
        self._ports.clear()

    def _block(self, leg: LegId, blocked: set[LegId], begin: bool) -> None:
        """Wires stay asked for while they are blocked, and are laid again afterwards."""
        before = [wire for wire in self._wiring.of_leg(leg) if not self._blocked.blocks(wire)]
        if begin and leg in self._ports.legs:
            blocked.add(leg)
        else:
            blocked.discard(leg)
        after = [wire for wire in self._wiring.of_leg(leg) if not self._blocked.blocks(wire)]
        self._end([wire for wire in before if wire not in after])
        self._settle(self._wiring.of_leg(leg))
        self._begin([wire for wire in after if wire not in before])
        self._attend(leg)

    def _attend(self, leg: LegId) -> None:
        self._seating.attend(leg, muted=leg in self._blocked.muted, held=leg in self._blocked.held)

    def _connect(self, source: Asked, sink: Target) -> None:
        begun = self._wiring.connect(source, sink)
        self._settle(begun)
        self._begin(begun)

    def _disconnect(self, source: Asked, sink: Target) -> None:
        ended = self._wiring.disconnect(source, sink)
        self._end([wire for wire in ended if not self._blocked.blocks(wire)])
        self._settle(ended)

    def _settle(self, wires: Collection[Wire]) -> None:
        """After these wires began or ended, or were blocked."""
        self._passing.settle(wires)
        self._fit_encoders(wires)

    def _fit_encoders(self, wires: Iterable[Wire]) -> None:
        """What a leg hears is encoded no wider than it is: as the line of who speaks, and no wider than the bridge."""
        for leg in {sink.leg for _, sink in wires if isinstance(sink, Ear)}:
            if sources := self._wiring.heard_by(leg):
                self._seating.hear_up_to(leg, max(map(self._rate_hz, sources)))

    def _rate_hz(self, source: Plain) -> int:
        said_hz = self._seating.rate_hz(source.leg) if isinstance(source, Said) else 0
        return min(said_hz, WIDEBAND_HZ) or WIDEBAND_HZ

    def _begin(self, wires: Iterable[Wire]) -> None:
        for wire in wires:
            if not self._blocked.blocks(wire) and not self._passing.carries(wire):
                self._ports.lay(wire)

    def _end(self, wires: Iterable[Wire]) -> None:
        for wire in wires:
            self._ports.lift(wire)
