"""The horizon of events: whatever order transactions end in, nothing appears behind it that was not there before."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.store.event_horizon import EventHorizon, NumbersGiven


@dataclass
class Numbering:
    """A server as readers see it: numbers are given in order, and events appear when their transaction commits."""

    newest: int = 0
    open: dict[str, list[int]] = field(default_factory=dict)
    visible: set[int] = field(default_factory=set)
    begun: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def begin(self) -> None:
        """From here on the table is locked; a number may come much later."""
        self.open[f"3/{next(self.begun)}"] = []

    def number(self, which: int) -> None:
        if self.open:
            self.newest += 1
            sorted(self.open.items())[which % len(self.open)][1].append(self.newest)

    def end(self, which: int, *, commits: bool) -> None:
        if self.open:
            events = self.open.pop(sorted(self.open)[which % len(self.open)])
            self.visible |= set(events if commits else [])


@dataclass
class Reader:
    """A node that looks: first at the newest number, and some time later at who is writing."""

    horizon: EventHorizon = field(default_factory=EventHorizon)
    newest: int | None = None
    read: list[int] = field(default_factory=list)

    def begins_to_look(self, server: Numbering) -> None:
        self.newest = server.newest

    def looks(self, server: Numbering) -> None:
        if self.newest is None:
            self.begins_to_look(server)
        assert self.newest is not None
        self.horizon = self.horizon.after(NumbersGiven(self.newest, frozenset(server.open)))
        self.newest = None
        place = max(self.read, default=0)
        self.read += sorted(each for each in server.visible if place < each <= self.horizon.settled)


STEPS = st.tuples(
    st.sampled_from(["begin", "begin", "number", "number", "number", "commit", "roll back", "begin to look", "look"]),
    st.integers(0, 3),
)


@settings(max_examples=500)
@given(st.lists(STEPS, max_size=60))
def test_each_reader_sees_every_event_once_and_all_see_one_order(steps: list[tuple[str, int]]) -> None:
    server, readers = Numbering(), [Reader() for _ in range(2)]

    for step, which in steps:
        match step:
            case "begin":
                server.begin()
            case "number":
                server.number(which)
            case "begin to look":
                readers[which % len(readers)].begins_to_look(server)
            case "look":
                readers[which % len(readers)].looks(server)
            case _:
                server.end(which, commits=step == "commit")
    while server.open:
        server.end(0, commits=True)
    for reader in readers:
        for _ in range(3):
            reader.looks(server)

    assert [reader.read for reader in readers] == [sorted(server.visible)] * len(readers)


def test_one_who_writes_all_the_time_keeps_the_horizon_where_his_transaction_began_and_no_longer() -> None:
    horizon = EventHorizon().after(NumbersGiven(5, {"3/1"}))
    assert horizon.settled == 0

    horizon = horizon.after(NumbersGiven(7, {"3/1", "3/2"}))
    assert horizon.settled == 0, "the first may still commit a fifth"

    horizon = horizon.after(NumbersGiven(9, {"3/2", "3/3"}))
    assert horizon.settled == 5

    assert horizon.after(NumbersGiven(12, {"3/4"})).settled == 9


def test_a_server_that_lacks_the_newest_numbers_is_read_from_where_it_is() -> None:
    horizon = EventHorizon().after(NumbersGiven(500, frozenset()))

    assert horizon.after(NumbersGiven(420, frozenset())).settled == 420
