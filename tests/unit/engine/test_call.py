"""The life of a call: whatever happens, in whatever order, at whatever time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnexpectedEvent
from engine.model.call import FINAL, TRANSITIONS, Call, Direction, Event, Status, after

START = datetime(2026, 11, 23, 12, tzinfo=UTC)

moments = st.floats(-3600, 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
"""Also before the start: a machine's clock may be set back while a call lasts."""
happenings = st.lists(st.tuples(st.sampled_from(Event), moments), max_size=12)


def a_call(status: Status = Status.QUEUED) -> Call:
    return Call("CA1", "AC1", Direction.OUTBOUND, "+3225550199", "+31205550142", status, START, "node-1")


def lived(happened: list[tuple[Event, datetime]]) -> list[Call]:
    """The call from its start on, after each event that it took."""
    states = [a_call()]
    for event, at in happened:
        before = replace(states[-1])
        try:
            states.append(after(states[-1], event, at))
        except UnexpectedEvent:
            assert states[-1] == before, "a refused event changes nothing"
    return states


def test_the_words_are_the_contracts() -> None:
    words = ["queued", "ringing", "in-progress", "completed", "failed", "busy", "no-answer", "canceled"]
    assert [str(status) for status in Status] == words


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", Event)
def test_each_event_leads_where_the_table_says_or_is_refused(status: Status, event: Event) -> None:
    to = TRANSITIONS.get(status, {}).get(event)
    if to is not None:
        assert after(a_call(status), event, START).status is to
        return
    with pytest.raises(UnexpectedEvent) as caught:
        after(a_call(status), event, START)
    assert (caught.value.identifier, caught.value.state, caught.value.event) == ("CA1", status, event)


def test_every_final_status_can_be_reached_and_none_is_left() -> None:
    reached = {to for row in TRANSITIONS.values() for to in row.values()}

    assert {Status.COMPLETED, Status.FAILED, Status.BUSY, Status.NO_ANSWER, Status.CANCELED} == FINAL
    assert reached >= FINAL
    assert FINAL.isdisjoint(TRANSITIONS)


def test_every_open_call_can_break_and_be_hung_up() -> None:
    assert all({Event.BROKE, Event.HUNG_UP} <= set(row) for row in TRANSITIONS.values())


@given(happenings)
def test_nothing_leaves_a_final_status(happened: list[tuple[Event, datetime]]) -> None:
    states = lived(happened)

    assert all(not call.ended for call in states[:-1])


@given(happenings)
def test_a_call_never_goes_back(happened: list[tuple[Event, datetime]]) -> None:
    order = {Status.QUEUED: 0, Status.RINGING: 1, Status.IN_PROGRESS: 2}
    for before, now in pairwise(lived(happened)):
        assert order[before.status] < order.get(now.status, 3)


@given(happenings)
def test_times_are_in_order_and_the_duration_is_never_negative(happened: list[tuple[Event, datetime]]) -> None:
    for call in lived(happened):
        times = [time for time in (call.start_time, call.answer_time, call.end_time) if time is not None]
        assert times == sorted(times)
        assert call.duration >= 0


@given(happenings)
def test_a_call_has_an_end_when_it_has_ended_and_an_answer_when_it_was_answered(
    happened: list[tuple[Event, datetime]],
) -> None:
    for call in lived(happened):
        assert (call.end_time is not None) is call.ended
        if call.status in (Status.IN_PROGRESS, Status.COMPLETED):
            assert call.answer_time is not None
        if call.status in (Status.BUSY, Status.NO_ANSWER, Status.CANCELED):
            assert (call.answer_time, call.duration) == (None, 0)


@given(happenings)
def test_an_event_changes_status_and_times_and_nothing_else(happened: list[tuple[Event, datetime]]) -> None:
    first, *_, last = [*lived(happened), lived(happened)[-1]]

    assert replace(last, status=first.status, answer_time=None, end_time=None) == first


@pytest.mark.parametrize(("talked_s", "duration"), [(0, 0), (0.001, 1), (1, 1), (1.001, 2), (59.999, 60), (3600, 3600)])
def test_the_duration_counts_from_the_answer_in_seconds_begun(talked_s: float, duration: int) -> None:
    answered = after(a_call(), Event.ANSWERED, START + timedelta(seconds=20))
    ended = after(answered, Event.HUNG_UP, START + timedelta(seconds=20 + talked_s))

    assert answered.duration == 0
    assert ended.duration == duration
