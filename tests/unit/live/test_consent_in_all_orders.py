"""Whatever callers do while they are asked, and whenever: nothing of them is kept without their consent."""

from hypothesis import given
from hypothesis import strategies as st

from engine.model.consent import Given
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
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
