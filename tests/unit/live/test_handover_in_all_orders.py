"""Whenever calls are redirected, transferred and hung up while they dial, listen, wait or are handed over already.

Whoever is given a flow hears that one, and nobody else's; whoever is given none is on no line for ever.
"""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from engine.errors import WrongState
from engine.flow.parse import parse
from engine.live.orders import CallChange, Transfer, TransferMode
from engine.model.call import FINAL
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, OTHER, talking
from tests.unit.live.running import of_some_seconds, on_a_node
from tests.unit.live.words import DONE

WHISPER: Final = "https://customer.example/whisper"
DIALS: Final = f"<Response><Dial action='{DONE}'>{AGENT}</Dial></Response>"
DIALS_WITH_WHISPER: Final = f"<Response><Dial><Number url='{WHISPER}'>{AGENT}</Number></Dial></Response>"
LISTENS: Final = f"<Response><Gather timeout='4' action='{DONE}'><Say>Which department?</Say></Gather></Response>"
WAITS: Final = f"<Response><Enqueue action='{DONE}'>support</Enqueue></Response>"
SERVES_WITH_WHISPER: Final = f"<Response><Dial><Queue url='{WHISPER}'>support</Queue></Dial></Response>"
BEGINNINGS: Final = ("talks", "is whispered to", "listens", "waits", "is served", "is transferred")
CHANGES: Final = {
    "hand over": CallChange(transfer=Transfer(OTHER, TransferMode.ATTENDED, 8)),
    "send on": CallChange(transfer=Transfer(OTHER, TransferMode.BLIND, 8)),
    "to the queue": CallChange(start=parse(WAITS)),
    "to the agent": CallChange(start=parse(DIALS)),
    "to the menu": CallChange(start=parse(LISTENS)),
}
ACTS: Final = ["answers", "hangs up", "presses", *CHANGES]
moments = st.sampled_from([0.0, 0.004, 0.02, 0.5, 3.0])
acts = st.lists(st.tuples(moments, st.sampled_from(ACTS), st.integers(0, 3)), max_size=5)
WHISPERED: Final = "Somebody is on the line for the shop in the high street, about an order of last week."
LAST_WORD: Final = "This is where you were sent."


async def change(node: FakeNode, who: FarEnd, what: CallChange) -> bool:
    """False if it can't be changed so now."""
    try:
        await node.switchboard.change(node.account.id, (await node.call(who)).id, what)
    except WrongState:
        return False
    return True


async def begin(node: FakeNode, beginning: str) -> None:
    """Somebody calls, and so far it has come."""
    match beginning:
        case "talks":
            await talking(node)
        case "is transferred":
            caller, _ = await talking(node)
            await change(node, caller, CHANGES["hand over"])
            await node.invited(OTHER)
        case "is whispered to":
            await node.is_called(DIALS_WITH_WHISPER)
            agent = await node.invited(AGENT)
            agent.answers()
            await agent.hears(WHISPERED)
        case "listens":
            await (await node.is_called(LISTENS)).hears("Which department?")
        case "waits" | "is served":
            caller = await node.is_called(WAITS)
            await caller.hears("hold music")
            if beginning == "is served":
                await node.is_called(SERVES_WITH_WHISPER)
                await caller.hears(WHISPERED)


async def do(node: FakeNode, who: FarEnd, what: str) -> None:
    match what:
        case "answers":
            who.answers()
        case "hangs up":
            who.hangs_up()
        case "presses":
            who.presses("1")
        case _:
            await change(node, who, CHANGES[what])


@of_some_seconds
@given(
    beginning=st.sampled_from(BEGINNINGS),
    crossing_s=st.sampled_from([0.0, 0.01]),
    network_s=st.sampled_from([0.0, 0.01]),
    acts=acts,
    at=st.integers(0, 3),
)
def test_who_is_given_a_last_flow_hears_that_alone_and_everybody_else_comes_to_an_end(
    beginning: str, crossing_s: float, network_s: float, acts: list[tuple[float, str, int]], at: int
) -> None:
    async def example(node: FakeNode) -> None:
        node.around.bridge.crossing_s, node.around.carrier.network_s = crossing_s, network_s
        node.around.customer.documents[WHISPER] = f"<Response><Say>{WHISPERED}</Say></Response>"
        people = node.around.carrier.far_ends
        await begin(node, beginning)
        for wait_s, what, index in acts:
            await node.passes(wait_s)
            await do(node, people[index % len(people)], what)
        sent = people[at % len(people)]
        last = parse(f"<Response><Say>{LAST_WORD}</Say><Pause length='600'/></Response>")

        is_sent = await change(node, sent, CallChange(start=last))
        await node.passes(0.5)
        if is_sent and not sent.is_over:
            assert sent.hears_now == {LAST_WORD}
            assert not any(sent.can_hear(each) or each.can_hear(sent) for each in people)
        await node.passes(60)
        for each in people:
            assert each is sent or each.is_over or await is_waiting_or_talking(node, each)
        for each in people:
            each.hangs_up()
        await node.settles()

        for each in people:
            call = await node.call(each)
            assert call.status in FINAL
            kinds = {event.kind for event in await node.events(each)}
            assert not kinds & {"flow_crashed", "verb_failed"}

    on_a_node(example)


async def is_waiting_or_talking(node: FakeNode, who: FarEnd) -> bool:
    """In a queue, or with somebody who hears it; nothing else of these flows lasts a minute."""
    call = await node.call(who)
    talks = any(who.can_hear(each) and each.can_hear(who) for each in node.around.carrier.far_ends if each is not who)
    return talks or "hold music" in who.hears_now or node.switchboard.place_in_queue(call.id) is not None
