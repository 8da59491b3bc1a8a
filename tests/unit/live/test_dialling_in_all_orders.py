"""Whatever caller and called party do, and in whatever order: both calls end, and all agree how."""

from hypothesis import given
from hypothesis import strategies as st

from engine.model.call import FINAL, Status
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, OTHER
from tests.unit.live.running import of_some_seconds, on_a_node
from tests.unit.live.words import DONE

FLOWS = {
    "plain": f"<Response><Dial action='{DONE}'>{AGENT}</Dial></Response>",
    "on bridge": f"<Response><Dial action='{DONE}' answerOnBridge='true'>{AGENT}</Dial></Response>",
    "star": f"<Response><Dial action='{DONE}' hangupOnStar='true' timeLimit='3'>{AGENT}</Dial></Response>",
    "recorded": f"<Response><Dial action='{DONE}' record='record-from-ringing'>{AGENT}</Dial></Response>",
}
MOMENTS = st.sampled_from([0.0, 0.005, 0.02, 0.5, 4.0])
acts = st.lists(
    st.tuples(
        MOMENTS,
        st.sampled_from(
            ["caller hangs up", "caller presses", "agent rings", "agent answers", "agent refuses", "agent hangs up"]
        ),
    ),
    max_size=8,
)


@of_some_seconds
@given(
    flow=st.sampled_from(sorted(FLOWS)),
    consent=st.sampled_from(["none-needed", "announce", "both-parties"]),
    crossing_s=st.sampled_from([0.0, 0.01]),
    network_s=st.sampled_from([0.0, 0.01]),
    acts=acts,
)
def test_both_calls_end_and_what_is_told_is_what_is_stored(
    flow: str, consent: str, crossing_s: float, network_s: float, acts: list[tuple[float, str]]
) -> None:
    async def example(node: FakeNode) -> None:
        node.around.bridge.crossing_s, node.around.carrier.network_s = crossing_s, network_s
        caller = await node.is_called(FLOWS[flow], consent=consent)
        agent = await node.invited(AGENT)
        does = {
            "caller hangs up": caller.hangs_up,
            "caller presses": lambda: caller.presses("1*"),
            "agent rings": agent.rings,
            "agent answers": agent.answers,
            "agent refuses": agent.refuses,
            "agent hangs up": agent.hangs_up,
        }
        for wait_s, what in acts:
            await node.passes(wait_s)
            does[what]()
        await node.passes(90)
        caller.hangs_up()
        agent.hangs_up()
        await node.settles()

        parent, child = await node.call(caller), await node.call(agent)
        assert parent.status in FINAL
        assert child.status in FINAL
        assert (child.status is Status.COMPLETED) is (child.answer_time is not None)
        for params in node.around.customer.was_asked(DONE):
            assert params["DialCallSid"] == child.id
            assert (params["DialBridged"] == "true") <= (params["DialCallStatus"] == "completed")
        for recording in await node.recordings():
            assert recording.seconds_of(agent) <= child.duration

    on_a_node(example)


@of_some_seconds
@given(
    answer_s=st.tuples(MOMENTS, MOMENTS),
    caller_leaves_s=st.sampled_from([0.0, 0.005, 0.5, 4.0, 30.0]),
    crossing_s=st.sampled_from([0.0, 0.01]),
    network_s=st.sampled_from([0.0, 0.01, 0.6]),
)
def test_of_two_that_answer_at_about_the_same_time_one_talks(
    answer_s: tuple[float, float], caller_leaves_s: float, crossing_s: float, network_s: float
) -> None:
    async def example(node: FakeNode) -> None:
        node.around.bridge.crossing_s, node.around.carrier.network_s = crossing_s, network_s
        flow = f"<Response><Dial action='{DONE}'><Number>{AGENT}</Number><Number>{OTHER}</Number></Dial></Response>"
        caller = await node.is_called(flow)
        agents = [await node.invited(AGENT), await node.invited(OTHER)]
        for agent, wait_s in zip(agents, answer_s, strict=True):
            await node.passes(wait_s)
            agent.answers()
        await node.passes(caller_leaves_s)
        assert sum(caller.can_hear(agent) for agent in agents) <= 1
        caller.hangs_up()
        await node.settles()

        assert all(agent.is_over for agent in agents)
        assert {(await node.call(agent)).status for agent in agents} <= FINAL

    on_a_node(example)
