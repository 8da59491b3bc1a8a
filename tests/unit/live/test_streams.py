"""Streams of live calls that only listen: what their programs hear, are told, and what becomes of them."""

import pytest

from engine.errors import WrongState
from engine.flow.program_plans import StreamOrder, StreamTracks
from engine.model.callback import Callback
from engine.model.consent import Sentence
from engine.model.stream import MediaStream, StreamStatus
from engine.ports import Heard, MessageUnread, Said, StreamEnded, StreamTrack
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from engine.testing.programs import FakeProgram
from tests.unit.live.words import text_of

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
URL = "wss://program.example/media"
TOLD = "https://customer.example/stream"


async def on_the_line(node: FakeNode, consent: str = "none-needed") -> FarEnd:
    """Somebody whose flow says nothing for ten minutes."""
    caller = await node.is_called(STAYS, consent=consent)
    await caller.hears("Hello.")
    return caller


async def streamed(node: FakeNode, caller: FarEnd, **order: object) -> MediaStream:
    """A stream of a call, as REST begins it; `order` are fields of StreamOrder."""
    call = await node.call(caller)
    return await node.switchboard.start_stream(node.account.id, call.id, StreamOrder(**{"url": URL, **order}))  # type: ignore[arg-type]


def program(node: FakeNode) -> FakeProgram:
    """The one that was connected to last."""
    return node.around.programs.connected[-1]


async def kept(node: FakeNode, stream: MediaStream) -> MediaStream:
    """The stream as it is stored."""
    row = await node.services.stores.streams.get(stream.id)
    assert row is not None
    return row


async def test_a_program_hears_both_tracks_and_is_told_of_the_call_in_the_fields_words(node: FakeNode) -> None:
    caller = await on_the_line(node)
    call = await node.call(caller)

    stream = await streamed(node, caller, tracks=StreamTracks.BOTH, name="desk", parameters=(("Lang", "nl"),))
    await node.passes(1)

    leg = caller.id
    assert program(node).hears == {(Said(leg), StreamTrack.INBOUND), (Heard(leg), StreamTrack.OUTBOUND)}
    assert program(node).plan.sid == stream.id
    assert stream.id.startswith("MZ")
    assert program(node).start == {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": stream.id,
        "start": {
            "accountSid": node.account.id,
            "streamSid": stream.id,
            "callSid": call.id,
            "tracks": ["inbound", "outbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"Lang": "nl"},
        },
    }
    caller.hangs_up()
    await node.settles()
    [(event, members)] = program(node).sent
    assert (event, members) == ("stop", {"stop": {"accountSid": node.account.id, "callSid": call.id}})


async def test_a_stream_is_told_of_by_its_callback_and_on_the_events_of_its_call(node: FakeNode) -> None:
    caller = await on_the_line(node)
    call = await node.call(caller)
    stream = await streamed(node, caller, callback=Callback(TOLD))
    program(node).counted["marks"] = 1
    for _ in range(2):
        program(node).happens(MessageUnread("It is no JSON."))
    await node.passes(5)

    ended = await node.switchboard.stop_stream(node.account.id, call.id, stream.id)
    await node.passes(1)

    assert ended.status is StreamStatus.STOPPED
    assert await kept(node, stream) == ended
    started, stopped = await node.told(TOLD)
    about = {"AccountSid": node.account.id, "CallSid": call.id, "StreamSid": stream.id, "StreamName": stream.id}
    assert about.items() <= started.items()
    assert [each["StreamEvent"] for each in (started, stopped)] == ["stream-started", "stream-stopped"]
    assert "StreamError" not in stopped
    [end] = await node.events(caller, "stream_ended")
    assert end.facts["marks"] == 1
    assert end.facts["close_code"] == 1000
    assert end.facts["seconds"] == pytest.approx(5, abs=0.5)
    assert len(await node.events(caller, "stream_unread")) == 2
    assert node.services.streams.running == 0


async def test_nobody_is_streamed_who_has_not_heard_of_it(node: FakeNode) -> None:
    caller = await on_the_line(node, consent="announce")

    await streamed(node, caller)
    assert node.around.programs.connected == []
    await caller.hears(text_of(Sentence.STREAM_ANNOUNCEMENT))
    await node.passes(10)

    assert program(node).hears == {(Said(caller.id), StreamTrack.INBOUND)}


async def test_who_withdraws_is_silence_at_once(node: FakeNode) -> None:
    caller = await on_the_line(node, consent="announce")
    await streamed(node, caller, tracks=StreamTracks.BOTH)
    await node.passes(15)
    assert len(program(node).hears) == 2

    caller.presses("*0")
    await node.passes(0.1)

    assert program(node).hears == set()


async def test_what_is_masked_is_silence_until_it_is_over(node: FakeNode) -> None:
    caller = await node.is_called(
        "<Response><Say>Hello.</Say><Pause length='5'/><Gather numDigits='4' mask='true'><Say>Your PIN?</Say></Gather>"
        "<Say>Thank you.</Say><Pause length='60'/></Response>",
        consent="none-needed",
    )
    await caller.hears("Hello.")
    await streamed(node, caller, tracks=StreamTracks.BOTH)
    await node.passes(1)
    heard = set(program(node).hears)

    await caller.hears("Your PIN?")
    assert (program(node).hears, len(heard)) == (set(), 2)
    caller.presses("1234")
    await caller.hears("Thank you.")

    assert program(node).hears == heard


async def test_names_are_unique_and_a_call_has_four_tracks_at_most(node: FakeNode) -> None:
    caller = await on_the_line(node)
    call = await node.call(caller)
    await streamed(node, caller, name="one", tracks=StreamTracks.BOTH)
    with pytest.raises(WrongState, match="has a stream one already"):
        await streamed(node, caller, name="one")
    await streamed(node, caller, name="two", tracks=StreamTracks.BOTH)
    with pytest.raises(WrongState, match="more than 4 tracks"):
        await streamed(node, caller, name="three", callback=Callback(TOLD))

    await node.switchboard.stop_stream(node.account.id, call.id, "one")
    await streamed(node, caller, name="one")

    [refused] = await node.told(TOLD)
    assert refused["StreamEvent"] == "stream-error"
    assert "more than 4 tracks" in refused["StreamError"]
    with pytest.raises(WrongState, match="no stream three"):
        await node.switchboard.stop_stream(node.account.id, call.id, "three")


async def test_a_server_that_cannot_be_reached_ends_the_stream_and_not_the_call(node: FakeNode) -> None:
    caller = await on_the_line(node)
    node.around.programs.refusing = StreamEnded(401, "The server answered with 401 Unauthorized.")

    stream = await streamed(node, caller, callback=Callback(TOLD), reconnect=True)
    await node.passes(1)

    [told] = await node.told(TOLD)
    assert told["StreamEvent"] == "stream-error"
    assert told["StreamError"] == "The server answered with 401 Unauthorized."
    row = await kept(node, stream)
    assert (row.status, row.figures.close_code) == (StreamStatus.FAILED, 401)
    assert len(node.around.programs.connected) == 1
    assert not caller.is_over


async def test_a_name_without_an_address_ends_the_stream_with_the_reason(node: FakeNode) -> None:
    caller = await on_the_line(node)
    node.around.programs.unreachable = "the name has no address."

    stream = await streamed(node, caller)
    await node.passes(1)

    assert (await kept(node, stream)).error == f"{URL}: the name has no address."


async def test_a_lost_program_is_connected_again_and_told_that_it_is_resumed(node: FakeNode) -> None:
    caller = await on_the_line(node)
    stream = await streamed(node, caller, reconnect=True, tracks=StreamTracks.BOTH, callback=Callback(TOLD))
    await node.passes(1)
    node.around.programs.refusing = StreamEnded(1006, "Connection refused.")
    program(node).happens(StreamEnded(1006, "The connection broke."))
    await node.passes(3)
    node.around.programs.refusing = None
    await node.passes(2)

    assert program(node).start["start"]["resumed"] is True
    assert program(node).plan.sid == stream.id
    assert len(program(node).hears) == 2
    [lost] = await node.events(caller, "stream_lost")
    assert lost.facts["reason"] == "The connection broke."
    assert len(await node.events(caller, "stream_resumed")) == 1
    caller.hangs_up()
    await node.settles()
    assert (await kept(node, stream)).figures.late_ms == pytest.approx(2 * 3250, abs=1500)
    assert [each["StreamEvent"] for each in await node.told(TOLD)] == ["stream-started", "stream-stopped"]


async def test_a_program_that_is_lost_for_as_long_as_the_call_lasts_fills_no_events(node: FakeNode) -> None:
    caller = await on_the_line(node)
    await streamed(node, caller, reconnect=True)
    await node.passes(1)
    for _ in range(30):
        program(node).happens(MessageUnread("It is no JSON."))
        program(node).happens(StreamEnded(1006, "The connection broke."))
        await node.passes(2)

    told = [len(await node.events(caller, f"stream_{kind}")) for kind in ("lost", "resumed", "unread")]
    assert told == [10, 10, 10]
    assert len(node.around.programs.connected) == 31


async def test_a_program_that_stays_lost_for_ten_seconds_ends_the_stream(node: FakeNode) -> None:
    caller = await on_the_line(node)
    stream = await streamed(node, caller, reconnect=True)
    await node.passes(1)
    node.around.programs.refusing = StreamEnded(1006, "Connection refused.")
    program(node).happens(StreamEnded(1006, "The connection broke."))

    await node.passes(9)
    assert (await kept(node, stream)).is_open
    await node.passes(2)

    row = await kept(node, stream)
    assert (row.status, row.error) == (StreamStatus.FAILED, "Connection refused.")
    assert not caller.is_over


async def test_a_program_that_closes_in_order_is_not_connected_again(node: FakeNode) -> None:
    caller = await on_the_line(node)
    stream = await streamed(node, caller, reconnect=True)
    await node.passes(1)

    program(node).happens(StreamEnded(1000, ""))
    await node.passes(1)

    assert (await kept(node, stream)).status is StreamStatus.STOPPED
    assert len(node.around.programs.connected) == 1


async def test_a_hung_program_holds_up_no_call_that_ends(node: FakeNode) -> None:
    caller = await on_the_line(node)
    stream = await streamed(node, caller)
    await node.passes(1)
    program(node).is_hung = True

    caller.hangs_up()
    await node.passes(2)

    row = await kept(node, stream)
    assert (row.status, row.figures.close_code) == (StreamStatus.STOPPED, None)
    [call_ended] = [await node.call(caller)]
    assert call_ended.ended
