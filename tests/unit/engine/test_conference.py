"""A conference's life, and who hears whom in it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conference import NEXT, Conference, ConferenceStatus, Seat, audible_pairs, become
from engine.errors import UnexpectedEvent
from engine.ports import LegId

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
INIT, IN_PROGRESS, COMPLETED = ConferenceStatus


def conference(status: ConferenceStatus) -> Conference:
    return Conference("CF1", "AC1", "standup", status, NOON, "node-1")


def seats(count: int) -> list[Seat]:
    return [Seat(LegId(number)) for number in range(count)]


def test_the_words_are_the_contracts() -> None:
    assert [str(status) for status in ConferenceStatus] == ["init", "in-progress", "completed"]


@pytest.mark.parametrize("before", ConferenceStatus)
@pytest.mark.parametrize("to", ConferenceStatus)
def test_a_conference_moves_as_its_table_says_and_no_other_way(before: ConferenceStatus, to: ConferenceStatus) -> None:
    held = conference(before)
    if to in NEXT.get(before, ()):
        moved = become(held, to, NOON)
        assert (moved.status, moved.ended_at) == (to, NOON if to is COMPLETED else None)
    else:
        with pytest.raises(UnexpectedEvent):
            become(held, to, NOON)
        assert held == conference(before)


def test_a_completed_conference_stays_so() -> None:
    assert COMPLETED not in NEXT
    assert NEXT[INIT] == {IN_PROGRESS, COMPLETED}


def test_each_of_three_hears_the_other_two() -> None:
    assert audible_pairs(seats(3)) == {(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)}


@pytest.mark.parametrize("count", [0, 1])
def test_one_alone_hears_nobody(count: int) -> None:
    assert audible_pairs(seats(count)) == frozenset()


def test_a_muted_one_hears_and_is_not_heard() -> None:
    assert audible_pairs([Seat(LegId(1)), Seat(LegId(2), muted=True)]) == {(1, 2)}


def test_one_on_hold_neither_hears_nor_is_heard() -> None:
    assert audible_pairs([*seats(2), Seat(LegId(9), on_hold=True)]) == {(0, 1), (1, 0)}


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
def test_every_one_hears_exactly_all_others_who_speak(states: list[tuple[bool, bool]]) -> None:
    held = [Seat(LegId(number), *state) for number, state in enumerate(states)]

    pairs = audible_pairs(held)

    for listener in held:
        heard = {speaker for speaker, ear in pairs if ear == listener.leg}
        speaking = {each.leg for each in held if not each.muted and not each.on_hold}
        assert heard == (set() if listener.on_hold else speaking - {listener.leg})
