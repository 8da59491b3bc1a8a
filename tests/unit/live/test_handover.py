"""The hand-over of a call from one flow to another, in any order of what may happen."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnexpectedEvent
from engine.flow.document import Document
from engine.flow.next_step import GoTo
from engine.flow.verbs.hangup import Hangup
from engine.live.session.flow_handover import FlowHandover, FlowState

ANOTHER = Document((Hangup(),))
ELSEWHERE = GoTo("https://customer.example/elsewhere")


class Notes:
    """What was noted on the call."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, kind: str, **facts: Any) -> None:
        self.all.append((kind, facts))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def handover(notes: Notes) -> FlowHandover:
    return FlowHandover("CA1", notes)


def test_a_call_whose_flow_has_not_begun_can_be_given_none(handover: FlowHandover, notes: Notes) -> None:
    assert not handover.may_be_given

    with pytest.raises(UnexpectedEvent):
        handover.give(ANOTHER)

    assert not handover.taken.is_set()
    assert notes.all == []


def test_a_call_that_stands_by_ends_with_its_dial_until_it_is_given_a_flow(handover: FlowHandover) -> None:
    goes_on = []

    handover.stand_by()
    goes_on.append(handover.goes_on_by_itself)
    handover.give(ANOTHER)
    goes_on.append(handover.goes_on_by_itself)

    assert goes_on == [False, True]
    assert handover.taken.is_set()
    assert handover.take_up() == (ANOTHER,)
    assert handover.state is FlowState.OWN


def test_the_last_flow_that_is_given_is_taken_up_and_each_is_noted(handover: FlowHandover, notes: Notes) -> None:
    handover.begin()

    handover.give(ANOTHER)
    handover.give(ELSEWHERE)

    assert handover.take_up() == (ELSEWHERE,)
    assert handover.take_up() == ()
    assert notes.all == [("redirected", {"to": "inline flow"}), ("redirected", {"to": ELSEWHERE.url})]


async def test_a_flow_is_cut_off_by_the_next_and_cleans_up_first(handover: FlowHandover) -> None:
    cleaned_up = False

    async def flow() -> None:
        nonlocal cleaned_up
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            handover.give(ELSEWHERE)  # once more, while the first is being cut off
            await asyncio.sleep(0)
            cleaned_up = True

    handover.begin()
    performing = asyncio.create_task(handover.perform(flow()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    handover.give(ANOTHER)
    await performing

    assert cleaned_up
    assert handover.take_up() == (ELSEWHERE,)


async def test_a_flow_that_nothing_cuts_off_runs_to_its_end_and_its_failure_is_told(handover: FlowHandover) -> None:
    async def flow() -> None:
        raise LookupError("no such verb")

    handover.begin()

    with pytest.raises(LookupError):
        await handover.perform(flow())


@given(st.lists(st.sampled_from(["begin", "stand_by", "give", "take_up", "end"]), max_size=10))
def test_a_flow_is_taken_up_exactly_while_handed_over_and_what_has_ended_stays_so(
    events: list[str],
) -> None:
    handover = FlowHandover("CA1", Notes())

    for event in events:
        before = handover.state
        try:
            match event:
                case "give":
                    handover.give(ANOTHER)
                case "take_up":
                    given = handover.take_up()
                    assert (given == (ANOTHER,)) is (before is FlowState.HANDED_OVER)
                case _:
                    getattr(handover, event)()
        except UnexpectedEvent:
            assert handover.state is before
        if before is FlowState.ENDED:
            assert handover.state is FlowState.ENDED
        assert handover.may_be_given is (
            handover.state in {FlowState.OWN, FlowState.STANDING_BY, FlowState.HANDED_OVER}
        )
