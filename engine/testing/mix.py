"""The mix of a fake bridge, who hears whom and what, worked out from its wires; no sound is involved."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.ports import Attendance, Ear, Everyone, Heard, LegId, Mixed, Played, PlayerId, RoomId, Said, Sink, Source
from engine.testing.sounds import Sound


@dataclass(frozen=True, slots=True)
class MixedVoice:
    """The voice of a leg's far end."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Playing:
    """A sound that a player plays now."""

    player: PlayerId
    sound: Sound


Audible = MixedVoice | Playing
NOTHING: frozenset[Audible] = frozenset()


@dataclass(slots=True)
class _MixSeat:
    room: RoomId
    attendance: Attendance


@dataclass(slots=True)
class Mix:
    """The state of a bridge: live legs and which of their far ends talk, wires, players, and seats in rooms."""

    legs: set[LegId] = field(default_factory=set)
    talking: set[LegId] = field(default_factory=set)
    muted: set[LegId] = field(default_factory=set)
    held: set[LegId] = field(default_factory=set)
    wires: dict[Sink, set[Source]] = field(default_factory=dict)
    playing: dict[PlayerId, Sound] = field(default_factory=dict)
    seats: dict[LegId, _MixSeat] = field(default_factory=dict)

    def connect(self, source: Source, sink: Sink) -> None:
        """Nothing happens where it is connected."""
        self.wires.setdefault(sink, set()).add(source)

    def disconnect(self, source: Source, sink: Sink) -> None:
        """Nothing happens where it is not connected."""
        self.wires.get(sink, set()).discard(source)

    def place(self, leg: LegId, room: RoomId, attendance: Attendance) -> None:
        """Give a live leg a seat, or change how it takes part."""
        if leg in self.legs:
            self.seats[leg] = _MixSeat(room, attendance)

    def remove(self, leg: LegId, room: RoomId) -> None:
        """Take its seat away; nothing if it has none there."""
        if leg in self.seats and self.seats[leg].room == room:
            del self.seats[leg]

    def drop_player(self, player: PlayerId) -> None:
        """Drop a player that is over: nobody hears it."""
        self.playing.pop(player, None)
        for sources in self.wires.values():
            sources.discard(Played(player))

    def drop_leg(self, leg: LegId) -> None:
        """Drop a leg that is over: nothing of it is heard, and it hears nothing."""
        for legs in (self.legs, self.talking, self.muted, self.held):
            legs.discard(leg)
        self.seats.pop(leg, None)
        self.wires.pop(Ear(leg), None)

    def heard_by(self, leg: LegId) -> frozenset[Audible]:
        """What the far end of a leg hears now; on hold it hears only what is played to it."""
        if leg not in self.legs:
            return NOTHING
        direct = self._of_all(self.wires.get(Ear(leg), ()))
        if leg in self.held:
            return frozenset(each for each in direct if isinstance(each, Playing))
        seat = self.seats.get(leg)
        if seat is None or not seat.attendance.hears:
            return direct
        others = {
            MixedVoice(other) for other in self.seats if other != leg and self._is_heard(other, seat.room, by=leg)
        }
        return direct | others | self._of_all(self.wires.get(Everyone(seat.room), ()))

    def heard_from(self, source: Source) -> frozenset[Audible]:
        """What a source gives now."""
        match source:
            case Said(leg):
                return frozenset({MixedVoice(leg)}) if self._says_something(leg) else NOTHING
            case Heard(leg):
                return self.heard_by(leg)
            case Played(player):
                return frozenset({Playing(player, self.playing[player])}) if player in self.playing else NOTHING
            case Mixed(room):
                voices = frozenset(MixedVoice(leg) for leg in self.seats if self._is_heard(leg, room, by=None))
                return voices | self._of_all(self.wires.get(Everyone(room), ()))

    def talking_in(self, room: RoomId) -> frozenset[LegId]:
        """The legs whose voices are to be heard in a room."""
        return frozenset(leg for leg, seat in self.seats.items() if seat.room == room and self._says_something(leg))

    def recorded_from(self, sources: Iterable[Source]) -> frozenset[Audible]:
        """What a track of these sources takes down now."""
        return self._of_all(sources)

    def _is_heard(self, leg: LegId, room: RoomId, *, by: LegId | None) -> bool:
        seat = self.seats[leg]
        if seat.room != room or not seat.attendance.speaks or not self._says_something(leg):
            return False
        return seat.attendance.coaches in (None, by)

    def _says_something(self, leg: LegId) -> bool:
        return leg in self.talking and leg not in self.muted and leg not in self.held

    def _of_all(self, sources: Iterable[Source]) -> frozenset[Audible]:
        return frozenset(each for source in tuple(sources) for each in self.heard_from(source))
