"""Whatever callers do while they are asked, and whenever: nothing of them is kept without their consent."""

import asyncio
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from engine.errors import LegGone, NotFound, RecordingError, StreamError, WrongState
from engine.flow.program_plans import StreamOrder
from engine.model.consent import Given, Purpose
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.listening import STAYS, URL, consent_of, session_of
from tests.unit.live.running import of_some_seconds, on_a_node
from tests.unit.live.words import DONE

FLOWS = {
    "record": f"<Response><Record timeout='0' maxLength='20' action='{DONE}'/></Response>",
    "start": "<Response><Start><Recording/></Start><Say>Hello.</Say><Pause length='30'/></Response>",
    "pause": "<Response><Pause length='2'/><Start><Recording/></Start><Pause length='30'/></Response>",
}

acts = st.lists(
    st.tuples(st.sampled_from([0.0, 0.01, 0.5, 3.0, 9.0, 17.0]), st.sampled_from(["1", "2", "5", "*0", "hang up"])),
    max_size=6,
)


async def play(node: FakeNode, caller: FarEnd, acts: list[tuple[float, str]]) -> None:
    """What the caller does, each so many seconds after what it did before."""
    for wait_s, what in acts:
        await node.passes(wait_s)
        if what == "hang up":
            caller.hangs_up()
        else:
            caller.presses(what)


@of_some_seconds
@given(
    flow=st.sampled_from(sorted(FLOWS)),
    consent=st.sampled_from(["announce", "press-to-consent", "both-parties"]),
    crossing_s=st.sampled_from([0.0, 0.02]),
    acts=acts,
)
def test_nobody_is_recorded_before_consent_nor_after_its_withdrawal(
    flow: str, consent: str, crossing_s: float, acts: list[tuple[float, str]]
) -> None:
    async def example(node: FakeNode) -> None:
        node.around.bridge.crossing_s = crossing_s
        caller = await node.is_called(FLOWS[flow], consent=consent)
        await play(node, caller, acts)
        await node.passes(60)
        caller.hangs_up()
        await node.settles()

        records, recordings = await node.consents(caller), await node.recordings()
        given_at = next((each.at for each in records if each.given is Given.YES), None)
        withdrawn_at = next((each.at for each in records if each.given is Given.WITHDRAWN), None)
        for recording in recordings:
            assert given_at is not None
            assert recording.row.started_at >= given_at
            if withdrawn_at is not None:
                lawful_s = (withdrawn_at - recording.row.started_at).total_seconds()
                assert recording.seconds_of(caller) <= max(lawful_s, 0) + 2 * crossing_s + 0.001

    on_a_node(example)


@of_some_seconds
@given(consent=st.sampled_from(["announce", "press-to-consent", "both-parties"]), acts=acts)
def test_what_is_stored_of_consent_is_a_story_that_makes_sense(consent: str, acts: list[tuple[float, str]]) -> None:
    """At most one answer, and a withdrawal only of what was given."""

    async def example(node: FakeNode) -> None:
        caller = await node.is_called(FLOWS["start"], consent=consent)
        await play(node, caller, acts)
        caller.hangs_up()
        await node.settles()

        story = [each.given for each in await node.consents(caller)]
        assert story in ([], [Given.NO], [Given.YES], [Given.YES, Given.WITHDRAWN])

    on_a_node(example)


what_is_asked = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.01, 0.5, 3.0, 9.0, 17.0]),
        st.sampled_from(["1", "2", "*0", "ask to record", "ask to stream", "hang up"]),
    ),
    max_size=7,
)


async def asks(node: FakeNode, caller: FarEnd, what: str) -> None:
    """Somebody wants the call recorded or streamed, and takes no for an answer."""
    purpose = Purpose.RECORDING if what == "ask to record" else Purpose.STREAMING
    with suppress(StreamError, WrongState, NotFound, LegGone, RecordingError):
        if purpose is Purpose.RECORDING:
            await consent_of(node, caller, purpose)
        else:
            await node.switchboard.start_stream(node.account.id, (await node.call(caller)).id, StreamOrder(URL))


@of_some_seconds
@given(consent=st.sampled_from(["announce", "press-to-consent"]), acts=what_is_asked)
def test_each_purpose_has_its_own_story_and_no_program_hears_who_has_not_consented(
    consent: str, acts: list[tuple[float, str]]
) -> None:
    async def example(node: FakeNode) -> None:
        caller = await node.is_called(STAYS, consent=consent)
        await caller.hears("Hello.")
        session, asked = session_of(node, caller), []
        for wait_s, what in acts:
            await node.passes(wait_s)
            if caller.is_over:
                break
            if what.startswith("ask"):
                asked.append(asyncio.ensure_future(asks(node, caller, what)))
            else:
                await play(node, caller, [(0.0, what)])
            await node.passes(0.05)
            if session.consenting.given(Purpose.STREAMING) is None:
                assert not any(program.hears for program in node.around.programs.connected)
        await node.passes(60)
        await asyncio.gather(*asked)
        if not caller.is_over:
            caller.hangs_up()
        await node.settles()

        records = await node.consents(caller)
        for purpose in Purpose:
            story = [each.given for each in records if each.purpose is purpose]
            assert story in ([], [Given.NO], [Given.YES], [Given.YES, Given.WITHDRAWN])

    on_a_node(example)
