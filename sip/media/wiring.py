"""The wires between sources and sinks of sound, as plain data: who hears whom.

Wires are kept by name, so that they outlive the media behind them (a re-INVITE makes a leg's port anew).
A wire from `Heard(leg)` stands for one wire from each source that the leg is given to hear, now and later.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NewType

from engine.ports import (
    Ear,
    Everyone,
    Fed,
    Forked,
    Heard,
    LegId,
    Mixed,
    Played,
    PlayerId,
    RecorderId,
    RoomId,
    Said,
    Sink,
    Source,
    StreamId,
    Track,
)


@dataclass(frozen=True, slots=True)
class FromRoom:
    """Source: what a leg is sent by the room that it sits in. The room sends it to the leg by itself."""

    leg: LegId


ListenerId = NewType("ListenerId", int)


@dataclass(frozen=True, slots=True)
class Listened:
    """Sink: a program of ours that reads or keeps what a leg says."""

    listener: ListenerId


Plain = Said | Played | Mixed | Fed | FromRoom
Asked = Source | Fed | FromRoom
Target = Sink | Forked | Listened
Wire = tuple[Plain, Target]


class Wiring:
    """A set of wires; every change answers with the plain wires that begin or end by it. On the SIP thread."""

    def __init__(self) -> None:
        self._asked: set[tuple[Asked, Target]] = set()
        self._into: dict[LegId, set[Plain]] = defaultdict(set)
        self._taps: dict[LegId, set[Target]] = defaultdict(set)
        self._live: Counter[Wire] = Counter()
        self._at: dict[Plain | Target, set[Wire]] = defaultdict(set)

    def connect(self, source: Asked, sink: Target) -> list[Wire]:
        """The wires that begin; none if this one is there already."""
        if (source, sink) in self._asked:
            return []
        self._asked.add((source, sink))
        wires = self._wires(source, sink)
        if isinstance(source, Heard):
            self._taps[source.leg].add(sink)
        elif isinstance(sink, Ear):
            self._into[sink.leg].add(source)
        begun = [wire for wire in wires if self._live[wire] == 0]
        self._live.update(wires)
        for wire in begun:
            for end in wire:
                self._at[end].add(wire)
        return begun

    def disconnect(self, source: Asked, sink: Target) -> list[Wire]:
        """The wires that end; none if this one is not there."""
        if (source, sink) not in self._asked:
            return []
        self._asked.discard((source, sink))
        wires = self._wires(source, sink)
        if isinstance(source, Heard):
            self._taps[source.leg].discard(sink)
        elif isinstance(sink, Ear):
            self._into[sink.leg].discard(source)
        return self._release(wires)

    def drop_leg(self, leg: LegId) -> list[Wire]:
        """End every wire of a leg."""
        ended = self._drop(lambda source, sink: Ear(leg) == sink or source in (Said(leg), Heard(leg), FromRoom(leg)))
        self._into.pop(leg, None)
        self._taps.pop(leg, None)
        return ended

    def drop_player(self, player: PlayerId) -> list[Wire]:
        return self._drop(lambda source, _: source == Played(player))

    def drop_recorder(self, recorder: RecorderId) -> list[Wire]:
        return self._drop(lambda _, sink: isinstance(sink, Track) and sink.recorder == recorder)

    def drop_listener(self, listener: ListenerId) -> list[Wire]:
        return self._drop(lambda _, sink: sink == Listened(listener))

    def drop_stream(self, stream: StreamId) -> list[Wire]:
        return self._drop(
            lambda source, sink: source == Fed(stream) or (isinstance(sink, Forked) and sink.stream == stream)
        )

    def drop_room(self, room: RoomId) -> list[Wire]:
        return self._drop(lambda source, sink: source == Mixed(room) or sink == Everyone(room))

    def of_leg(self, leg: LegId) -> list[Wire]:
        """The plain wires that begin or end at a leg."""
        return list(dict.fromkeys((*self._ending_at(Said(leg)), *self._ending_at(Ear(leg)))))

    def from_room(self, leg: LegId) -> list[Wire]:
        """The plain wires that begin at what a leg is sent by its room."""
        return list(self._ending_at(FromRoom(leg)))

    def heard_by(self, leg: LegId) -> list[Plain]:
        """All that a leg is given to hear."""
        return [source for source, _ in self._ending_at(Ear(leg))]

    def lone_listener(self, speaker: LegId) -> LegId | None:
        """Who alone hears a leg and hears nothing else: packets may go from one to the other as they are."""
        match [*self._ending_at(Said(speaker))]:
            case [(_, Ear(listener))] if listener != speaker and len(self._ending_at(Ear(listener))) == 1:
                return listener
        return None

    def speakers(self, wires: Iterable[Wire]) -> set[LegId]:
        """The legs whose lone listener may be another since these wires began or ended."""
        ends = {end for wire in wires for end in wire}
        near = {source for end in ends if isinstance(end, Ear) for source, _ in self._ending_at(end)}
        return {end.leg for end in ends | near if isinstance(end, Said)}

    def live(self) -> frozenset[Wire]:
        return frozenset(self._live)

    def _ending_at(self, end: Plain | Target) -> Collection[Wire]:
        return self._at.get(end, ())

    def _wires(self, source: Asked, sink: Target) -> list[Wire]:
        if isinstance(source, Heard):
            return [(into, sink) for into in self._into.get(source.leg, ())]
        taps: Iterable[Target] = self._taps.get(sink.leg, ()) if isinstance(sink, Ear) else ()
        return [(source, sink), *((source, tap) for tap in taps)]

    def _release(self, wires: list[Wire]) -> list[Wire]:
        ended = []
        for wire in wires:
            self._live[wire] -= 1
            if self._live[wire] == 0:
                del self._live[wire]
                self._part(wire)
                ended.append(wire)
        return ended

    def _part(self, wire: Wire) -> None:
        for end in wire:
            self._at[end].discard(wire)
            if not self._at[end]:
                del self._at[end]

    def _drop(self, match: Callable[[Asked, Target], bool]) -> list[Wire]:
        matching = [(source, sink) for source, sink in self._asked if match(source, sink)]
        return [wire for source, sink in matching for wire in self.disconnect(source, sink)]
