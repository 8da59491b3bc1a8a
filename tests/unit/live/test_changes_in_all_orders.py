"""Whatever is done to live calls from outside while people come, press, answer and leave: nothing breaks or is left."""

from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MediaError, RecordingError, StoreError, WrongState
from engine.flow.parse import parse
from engine.flow.plans import CallRecordingPlan
from engine.live.orders import CallChange, RecordingAction, RecordingChange, SayInto, Side, Transfer, TransferMode
from engine.model.call import FINAL, Status
from engine.model.recording import UNFINISHED
from engine.model.recording_marks import PauseBehavior
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, OTHER
from tests.unit.live.running import of_some_seconds, on_a_node
from tests.unit.live.words import DONE

FLOWS = {
    "says": "<Response><Say>Hello.</Say><Pause length='30'/></Response>",
    "dials": f"<Response><Dial action='{DONE}' timeout='8' record='record-from-answer'>{AGENT}</Dial></Response>",
    "waits": f"<Response><Enqueue action='{DONE}'>support</Enqueue></Response>",
    "serves": "<Response><Dial timeout='6'><Queue>support</Queue></Dial></Response>",
    "meets": "<Response><Dial><Conference record='record-from-start'>team</Conference></Dial></Response>",
    "records": f"<Response><Record action='{DONE}' maxLength='10'/></Response>",
}
CHANGES = {
    "hold": CallChange(hold=True),
    "resume": CallChange(hold=False),
    "mute": CallChange(mute=True),
    "say": CallChange(say=SayInto("One minute left.", None, Side.SELF)),
    "digits": CallChange(digits="12"),
    "record": CallChange(recording=RecordingChange(RecordingAction.START, CallRecordingPlan())),
    "pause": CallChange(recording=RecordingChange(RecordingAction.PAUSE, CallRecordingPlan(), PauseBehavior.SKIP)),
    "go on": CallChange(recording=RecordingChange(RecordingAction.RESUME, CallRecordingPlan())),
    "stop": CallChange(recording=RecordingChange(RecordingAction.STOP, CallRecordingPlan())),
    "withdraw": CallChange(withdraw_consent=True),
    "send on": CallChange(transfer=Transfer(OTHER, TransferMode.BLIND, 8)),
    "hand over": CallChange(transfer=Transfer(OTHER, TransferMode.ATTENDED, 8)),
    "end": CallChange(end=Status.COMPLETED),
    **{f"flow that {name}": CallChange(start=parse(flow)) for name, flow in FLOWS.items()},
}
THE_DATABASE = ("fails", "is well")
FAR_ENDS = ("presses 1", "presses *0", "hangs up", "answers", "refuses")
MOMENTS = st.sampled_from([0.0, 0.01, 0.7, 4.0])
WHATEVER = st.sampled_from([*CHANGES, *FAR_ENDS, *FAR_ENDS, *THE_DATABASE])
acts = st.lists(st.tuples(MOMENTS, WHATEVER, st.integers(0, 3)), min_size=1, max_size=8)


def everybody(node: FakeNode) -> list[FarEnd]:
    """All who called or were called, in the order of their legs."""
    return node.around.carrier.far_ends


def act(who: FarEnd, what: str) -> None:
    """Do what a far end can do."""
    match what:
        case "presses 1":
            who.presses("1")
        case "presses *0":
            who.presses("*0")
        case "hangs up":
            who.hangs_up()
        case "answers":
            who.answers()
        case "refuses":
            who.refuses()


async def change(node: FakeNode, who: FarEnd, what: str) -> None:
    """Change somebody's call; that it can't be is no failure."""
    try:
        call = await node.call(who)
        await node.switchboard.change(node.account.id, call.id, CHANGES[what])
    except (WrongState, RecordingError, MediaError, StoreError):
        return


@of_some_seconds
@given(
    flows=st.lists(st.sampled_from(sorted(FLOWS)), min_size=1, max_size=2),
    consent=st.sampled_from(["none-needed", "announce", "both-parties"]),
    crossing_s=st.sampled_from([0.0, 0.01]),
    network_s=st.sampled_from([0.0, 0.01]),
    acts=acts,
)
def test_every_call_and_recording_ends_and_no_flow_crashes(
    flows: list[str], consent: str, crossing_s: float, network_s: float, acts: list[tuple[float, str, int]]
) -> None:
    async def example(node: FakeNode) -> None:
        node.around.bridge.crossing_s, node.around.carrier.network_s = crossing_s, network_s
        for flow in flows:
            await node.call(await node.is_called(FLOWS[flow], consent=consent))
        for wait_s, what, at in acts:
            await node.passes(wait_s)
            people = everybody(node)
            who = people[at % len(people)]
            if what in THE_DATABASE:
                node.database.failure = StoreError("The disk is full.") if what == "fails" else None
            elif what in FAR_ENDS:
                act(who, what)
            else:
                await change(node, who, what)
        node.database.failure = None
        await node.passes(1)
        for who in everybody(node):
            who.hangs_up()
        await node.settles()

        for who in everybody(node):
            assert (await node.call(who)).status in FINAL
            kinds = {event.kind for event in await node.events(who)}
            assert not kinds & {"flow_crashed", "verb_failed"}
            assert not [attempt for attempt in (await node.call(who)).attempts if "A fault in Telefoon" in attempt.said]
        assert not [each for each in await node.recordings() if each.row.status in UNFINISHED]

    on_a_node(example)
