"""Every table of states: any order of events moves along it or is refused, and what has ended stays ended."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnexpectedEvent
from engine.live.session import flow_handover as handover
from engine.model import call, queue, recording
from engine.model.consent import state as consent
from engine.model.transitions import final_states, next_state
from engine.routing import breaker

Table = Mapping[StrEnum, Mapping[StrEnum, StrEnum]]

TABLES: Final[Mapping[str, tuple[Any, type[StrEnum], StrEnum]]] = {
    "breaker": (breaker.BREAKER_TRANSITIONS, breaker.BreakerEvent, breaker.BreakerState.CLOSED),
    "call": (call.TRANSITIONS, call.Event, call.Status.QUEUED),
    "consent": (consent.CONSENT_TRANSITIONS, consent.ConsentEvent, consent.ConsentState.NOT_ASKED),
    "flow": (handover.FLOW_TRANSITIONS, handover.FlowEvent, handover.FlowState.NOT_BEGUN),
    "recording": (recording.TRANSITIONS, recording.RecordingEvent, recording.RecordingStatus.IN_PROGRESS),
    "wait": (queue.WAIT_TRANSITIONS, queue.WaitEvent, queue.WaitState.WAITING),
}
"""Each with its events and where it begins."""

ENDLESS: Final = {"breaker"}
"""What lives as long as the node."""

walks = st.sampled_from(sorted(TABLES)).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(st.sampled_from(TABLES[name][1]), max_size=12))
)


@given(walks)
def test_an_event_moves_along_the_table_or_is_refused(walk: tuple[str, list[StrEnum]]) -> None:
    name, events = walk
    table, _, state = TABLES[name]

    for event in events:
        entry = table.get(state, {}).get(event)
        if entry is None:
            with pytest.raises(UnexpectedEvent) as refused:
                next_state(table, "X1", state, event)
            assert (refused.value.identifier, refused.value.state, refused.value.event) == ("X1", state, event)
        else:
            state = next_state(table, "X1", state, event)
            assert state is entry


@given(walks)
def test_what_has_ended_stays_ended(walk: tuple[str, list[StrEnum]]) -> None:
    name, events = walk
    table, _, state = TABLES[name]
    finals = final_states(type(state), table)

    for event in events:
        was_final, before = state in finals, state
        try:
            state = next_state(table, "X1", state, event)
        except UnexpectedEvent:
            continue
        assert not was_final, f"{event} led from {before} to {state}"


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_reached_every_event_means_something_and_there_is_an_end(name: str) -> None:
    table, events, start = TABLES[name]

    reached, todo = set(), [start]
    while todo:
        state = todo.pop()
        reached.add(state)
        todo += [to for to in table.get(state, {}).values() if to not in reached]

    assert reached == set(type(start))
    assert {event for row in table.values() for event in row} == set(events)
    assert bool(final_states(type(start), table)) is (name not in ENDLESS)


def test_each_way_to_leave_a_queue_has_its_result() -> None:
    leaving = set(queue.WAIT_TRANSITIONS[queue.WaitState.WAITING])

    assert set(queue.RESULTS) == leaving
    assert len(set(queue.RESULTS.values())) == len(leaving)
