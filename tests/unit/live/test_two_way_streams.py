"""Programs that hear a call and speak on it: who is told first, who hears whom, and what ends it."""

import pytest

from engine.flow.parse import parse
from engine.model.consent import Sentence
from engine.model.disclosure import load_notice_texts
from engine.model.stream import MediaStream, StreamStatus
from engine.ports import Ear, Said, StreamEnded, StreamTrack
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from engine.testing.programs import FakeProgram
from tests.unit.live.words import DONE, GOODBYE, text_of

NAME = "Bakkerij Peeters"
QUESTION = text_of(Sentence.STREAM_QUESTION)
ANNOUNCED = text_of(Sentence.STREAM_ANNOUNCEMENT)
TOLD = "https://customer.example/stream"
URL = "wss://program.example/media"
CONNECTED = (
    f"<Response><Connect action='{DONE}'><Stream url='{URL}' statusCallback='{TOLD}'>"
    "<Parameter name='desk' value='7'/></Stream></Connect></Response>"
)


def notice() -> str:
    return load_notice_texts().wording(NAME, "en-GB").text


async def connected(node: FakeNode, consent: str = "none-needed", *, name: str = NAME) -> tuple[FarEnd, FakeProgram]:
    """Somebody whose call was given to a program, which is connected."""
    if name:
        await node.accounts.speak_as(node.account.id, name, "")
    caller = await node.is_called(CONNECTED, consent=consent)
    await caller.until(lambda: bool(node.around.programs.connected), "is connected to a program")
    return caller, node.around.programs.connected[0]


async def kept(node: FakeNode, caller: FarEnd) -> MediaStream:
    """The only stream of the call, as it is stored."""
    [stream], _ = await node.services.stores.streams.of_call((await node.call(caller)).id)
    return stream


async def action_told(node: FakeNode) -> dict[str, str]:
    """What the Connect's action was told."""
    [asked] = [each for each in node.around.customer.asked if each.url == DONE]
    return dict(asked.params)


async def test_a_program_is_heard_after_the_notice_and_hears_then_and_is_told_keys(node: FakeNode) -> None:
    caller, program = await connected(node, "announce")
    ear, said = Ear(caller.id), (Said(caller.id), StreamTrack.INBOUND)
    assert (program.heard_by, program.hears) == ({}, set())

    await caller.hears(notice())
    assert (program.heard_by, program.hears) == ({}, set())
    await caller.until(lambda: ear in program.heard_by, "hears the program")

    assert program.hears == {said}
    assert program.plan.two_way
    assert program.start["start"]["customParameters"] == {"desk": "7"}
    # One sentence tells of both: nothing else is said, and the disclosure is the consent's announcement.
    assert caller.heard == [notice()]
    caller.presses("5#")
    await node.passes(1)
    assert program.sent == [("dtmf", {"dtmf": {"track": "inbound_track", "digit": key}}) for key in "5#"]
    assert (await kept(node, caller)).two_way


async def test_its_close_leads_to_the_action_which_is_told_of_the_stream(node: FakeNode) -> None:
    caller, program = await connected(node)
    await caller.until(lambda: bool(program.heard_by), "hears the program")
    await node.passes(20)

    program.happens(StreamEnded(1000, ""))
    await caller.hears("Goodbye.")
    await node.settles()

    stream, told = await kept(node, caller), await action_told(node)
    assert (told["StreamSid"], "StreamError" in told) == (stream.id, False)
    assert int(told["StreamDuration"]) >= 20
    assert stream.status is StreamStatus.STOPPED
    assert [each["StreamEvent"] for each in await node.told(TOLD)] == ["stream-started", "stream-stopped"]


async def test_a_dead_server_ends_it_with_the_reason_and_the_flow_goes_on(node: FakeNode) -> None:
    caller, program = await connected(node)
    await caller.until(lambda: bool(program.heard_by), "hears the program")

    program.happens(StreamEnded(1006, "No pong came for 10 s."))
    await caller.hears("Goodbye.")
    await node.settles()

    assert (await action_told(node))["StreamError"] == "No pong came for 10 s."
    assert [each["StreamEvent"] for each in await node.told(TOLD)] == ["stream-started", "stream-error"]


async def test_without_a_spoken_name_or_consent_no_program_is_heard_nor_hears(node: FakeNode) -> None:
    unnamed, first = await connected(node, name="")
    await unnamed.hears("Goodbye.")
    refused, _ = await connected(node, "press-to-consent")
    second = node.around.programs.connected[-1]
    await refused.hears(f"program of {NAME} listen")
    refused.presses("2")
    await refused.hears("Goodbye.")
    await node.settles()

    for program in (first, second):
        assert (program.heard_by, program.hears) == ({}, set())
    errors = [each["StreamError"] for each in await node.told(TOLD) if each["StreamEvent"] == "stream-error"]
    assert "spoken-name" in errors[0]
    assert "no consent" in errors[1]
    assert (await kept(node, refused)).status is StreamStatus.FAILED


async def test_another_flow_by_rest_ends_it_as_any_verb(node: FakeNode) -> None:
    caller, program = await connected(node)
    await caller.until(lambda: bool(program.heard_by), "hears the program")

    await node.change(caller, start=parse(GOODBYE))
    await caller.hears("Goodbye.")
    await node.settles()

    assert [event for event, _ in program.sent] == ["stop"]
    assert (program.heard_by, program.hears) == ({}, set())
    assert (await kept(node, caller)).status is StreamStatus.STOPPED


async def test_who_hangs_up_during_the_notice_has_heard_no_program(node: FakeNode) -> None:
    caller, program = await connected(node)
    await caller.hears(notice())

    caller.hangs_up()
    await node.settles()

    assert (program.heard_by, program.hears) == ({}, set())
    assert (await kept(node, caller)).status is StreamStatus.STOPPED


@pytest.mark.parametrize("consents", [True, False])
async def test_a_program_hears_whom_a_call_is_joined_with_by_consent_of_both(node: FakeNode, consents: bool) -> None:
    caller = await node.is_called(
        f"<Response><Start><Stream url='{URL}' track='both_tracks'/></Start>"
        "<Dial><Number>+3225550177</Number></Dial></Response>",
        consent="press-to-consent",
    )
    await caller.hears(QUESTION)
    caller.presses("1")
    called = await node.invited("+3225550177")
    called.answers()
    await called.hears(ANNOUNCED)
    if not consents:
        called.presses("*0")
    await caller.talks_with(called)

    [program] = node.around.programs.connected
    assert {track for _, track in program.hears} == (set(StreamTrack) if consents else {StreamTrack.INBOUND})

    if consents:
        called.presses("*0")
        await node.passes(1)
    assert {track for _, track in program.hears} == {StreamTrack.INBOUND}
    called.hangs_up()
    await caller.is_hung_up()


async def test_a_program_hears_a_room_only_while_all_in_it_consent_to_that(node: FakeNode) -> None:
    flow = "<Response><Dial><Conference>board</Conference></Dial></Response>"
    streamed = f"<Response><Start><Stream url='{URL}' track='both_tracks'/></Start>{flow[10:]}"
    one = await node.is_called(streamed, consent="none-needed")
    two = await node.is_called(streamed, consent="none-needed")
    await one.talks_with(two)
    programs = node.around.programs.connected
    await node.passes(1)
    assert [len(program.hears) for program in programs] == [2, 2]

    other = await node.is_called(flow, consent="none-needed")
    await one.talks_with(other)
    assert [{track for _, track in program.hears} for program in programs] == [{StreamTrack.INBOUND}] * 2
    other.hangs_up()
    await node.passes(1)

    assert [len(program.hears) for program in programs] == [2, 2]
