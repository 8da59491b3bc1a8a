"""Media streams over real calls: what the program is sent, and what the far end hears of it."""

import asyncio
import ctypes

import numpy as np
import pytest

from engine.ports import (
    Attendance,
    Ear,
    Heard,
    LegId,
    Said,
    StreamEncoding,
    StreamEnded,
    StreamFormat,
    StreamOpened,
    StreamTrack,
)
from tests.peers.audio import Sound, hears, joined, silence, tone, when_heard
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.stream_program import pcm_of, stream_program
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine
from tests.sip.guests import guests
from tests.sip.raw_calls import in_a_call
from tests.sip.streamed import plan_of, streaming, talking, told

pytestmark = pytest.mark.sip


async def test_a_program_is_sent_what_the_far_end_says_in_numbered_messages_of_20_ms(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    headers = (("X-Twilio-Signature", "abc="),)
    async with talking(line, ports, ear, server_headers=headers) as (call, program, stream):
        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        await stream.sees(StreamOpened)
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        media = await program.gets("media", times=100)
        stream.wire.send("stop", {"stop": {"callSid": "CA1"}})

    assert program.headers[0]["x-twilio-signature"] == "abc="
    assert program.headers[0]["host"] == f"127.0.0.1:{program.port}"
    assert [each["event"] for each in program.messages[:2]] == ["connected", "start"]
    assert hears(program.heard(), 700, seconds=1.5)
    numbers = [each["sequenceNumber"] for each in program.messages[1:]]
    assert numbers == [str(number) for number in range(1, len(program.messages))]
    for chunk, message in enumerate(media):
        assert message["media"]["chunk"] == str(chunk + 1)
        assert message["media"]["timestamp"] == str(20 * chunk)
        assert len(message["media"]["payload"]) == 216  # of 160 bytes
    assert program.messages[-1]["event"] == "stop"
    assert program.messages[-1]["stop"] == {"callSid": "CA1"}
    assert program.close_code == 1000


async def test_two_tracks_share_numbers_and_have_their_own_time(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with talking(line, ports, ear) as (call, program, stream):
        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        await stream.sees(StreamOpened)
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await stream.wire.hear(Said(call.leg.id), StreamTrack.OUTBOUND)
        media = [each["media"] for each in await program.gets("media", times=40)]

    assert [each["chunk"] for each in media] == [str(number) for number in range(1, len(media) + 1)]
    for track in StreamTrack:
        times = [each["timestamp"] for each in media if each["track"] == track]
        assert times == [str(20 * number) for number in range(len(times))]


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000])
async def test_sound_goes_as_samples_at_the_rate_that_is_wanted(
    line: Line, ports: Ports, ear: RtpEar, rate_hz: int
) -> None:
    sound = StreamFormat(StreamEncoding.L16, rate_hz)
    async with talking(line, ports, ear, sound=sound) as (call, program, stream):
        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        media = await program.gets("media", times=60)

    heard = Sound.of_pcm(pcm_of(media), rate_hz)
    assert len(heard.samples) == len(media) * rate_hz // 50
    assert hears(heard, 700, seconds=1)


async def test_the_far_end_hears_the_program_once_it_was_told_of_it_and_marks_come_back_behind_the_sound(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    async with talking(line, ports, ear, two_way=True) as (call, program, stream):
        await stream.sees(StreamOpened)
        await program.gets("start")
        await program.says(tone(1000, 1, dbov=-18))
        await program.marks_here("first")
        await program.says(tone(1500, 1, dbov=-18))
        await program.marks_here("sécond \U0001f642")
        await asyncio.sleep(1)
        assert not hears(ear.heard(), 1000, seconds=0.1)
        assert program.marks() == []

        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))

        await program.gets("mark", times=2)
        await ear.hears_in_all(1500, seconds=0.9, within_s=5)
        assert hears(ear.heard(), 1000, seconds=0.9)
        await program.marks_here("nothing waits")
        await program.gets("mark", times=3)

    assert program.marks() == ["first", "sécond \U0001f642", "nothing waits"]
    assert not any("cleared" in each["mark"] for each in program.of_event("mark"))
    assert stream.wire.counts().marks == 3


async def test_a_clear_ends_the_sound_and_all_marks_come_back_in_order(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with talking(line, ports, ear, two_way=True, marks_tell=True) as (call, program, stream):
        await program.gets("start")
        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
        await program.says(tone(1000, 30, dbov=-18))
        names = [f"mark {number}" for number in range(20)]
        for name in names:
            await program.marks_here(name)
        await ear.hears(1000, within_s=10)

        await program.clears()

        returned = await program.gets("mark", times=20)
        assert stream.wire.counts().waiting_ms == 0
        await asyncio.sleep(0.5)
        since = ear.now_s
        await asyncio.sleep(1)
        assert not hears(ear.heard(since), 1000, seconds=0.05)
        await program.says(tone(1500, 1, dbov=-18))
        await ear.hears(1500, within_s=10, since_s=since)

    assert program.marks() == names
    assert all(each["mark"]["cleared"] is True for each in returned)


async def test_no_sample_of_the_program_is_lost_doubled_or_out_of_order(line: Line, ports: Ports, ear: RtpEar) -> None:
    """Each of many messages has its own tone; they are cut where no frame ends."""
    hz = [500, 700, 900, 1100, 1300, 1500, 1700, 1900]
    async with talking(line, ports, ear, two_way=True) as (call, program, stream):
        await program.gets("start")
        whole = joined(*(tone(each, 0.4, dbov=-18) for each in hz), silence(0.2))
        for at in range(0, len(whole.samples), 333):
            await program.says(Sound(whole.samples[at : at + 333], whole.rate_hz))
        await program.marks_here("end")
        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
        await program.gets("mark", within_s=15)
        await asyncio.sleep(0.3)
        assert stream.wire.counts().underruns == 0

    spans = [when_heard(ear.heard(), each, least_s=0.3) for each in hz]
    begins = [first.start_s for first, *_ in spans]
    assert begins == sorted(begins)


async def test_frames_go_both_ways_while_all_of_python_stands_still(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with talking(line, ports, ear, two_way=True) as (call, program, stream):
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
        await program.gets("media", times=5)
        await program.says(tone(1000, 20, dbov=-18))
        await ear.hears(1000, within_s=10)
        before = stream.wire.counts()

        # What is called through PyDLL keeps Python's lock: no thread runs a line meanwhile.
        ctypes.PyDLL(None).sleep(2)

        after = stream.wire.counts()
    assert after.sent_messages - before.sent_messages > 50
    assert before.waiting_ms - after.waiting_ms > 1000
    assert after.dropped_ms == 0


@pytest.mark.parametrize("held", [False, True])
async def test_a_leg_that_is_muted_or_held_is_silence_to_the_program_and_marks_come_back(
    line: Line, ports: Ports, ear: RtpEar, held: bool
) -> None:
    bridge = line.agent.bridge

    async def silence_it(leg: LegId, *, wanted: bool) -> None:
        await (bridge.hold(leg, held=wanted) if held else bridge.mute(leg, muted=wanted))

    async with talking(line, ports, ear, two_way=True) as (call, program, stream):
        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
        await program.gets("media", times=20)
        await silence_it(call.leg.id, wanted=True)
        await asyncio.sleep(0.3)
        quiet = len(program.of_event("media"))
        await program.says(tone(1000, 0.2))
        await program.marks_here("still there")
        await program.gets("mark")
        await program.gets("media", times=quiet + 30)
        heard_meanwhile = program.heard(since=quiet)
        await silence_it(call.leg.id, wanted=False)
        loud = len(program.of_event("media"))
        await program.gets("media", times=loud + 40)

    assert not hears(heard_meanwhile, 700, seconds=0.05)
    assert np.max(np.abs(heard_meanwhile.samples)) < 0.01
    assert hears(program.heard(since=loud), 700, seconds=0.4)


@pytest.mark.parametrize(
    ("code", "says", "why"),
    [
        (1000, b"the talk is over", ""),
        (4000, b"the talk is over", "the talk is over"),
        (1011, b"", "the server has closed it with 1011"),
    ],
)
async def test_a_program_that_closes_ends_the_stream_with_its_code_and_the_call_goes_on(
    line: Line, ports: Ports, ear: RtpEar, code: int, says: bytes, why: str
) -> None:
    async with talking(line, ports, ear, two_way=True) as (call, program, stream):
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await program.gets("media")
        assert program.socket is not None
        await program.socket.close(code=code, message=says)
        ended = await stream.sees(StreamEnded)
        assert ended == StreamEnded(code, why)
        await eventually(
            lambda: not line.agent._switch._streams._tracks and not line.agent._switch._wiring.live(),
            within_s=5,
            otherwise=lambda: "it has no place on the bridge any more",
        )
        since = ear.now_s
        await eventually(lambda: ear.now_s > since + 0.5, within_s=5, otherwise=lambda: "packets go on")


async def test_a_stream_goes_on_both_ways_through_a_reinvite(line: Line, ear: RtpEar) -> None:
    with RtpEar() as other:
        async with raw_caller(line.port) as caller, stream_program() as program:
            call = await in_a_call(line, caller, audio(ear.port))
            ear.follow((await caller.answer("INVITE")).sdp)
            ear.say(tone(700, 1, dbov=-18), for_ever=True)
            async with streaming(line, plan_of(program.port, two_way=True)) as stream:
                await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
                await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
                await program.gets("start")
                await program.says(tone(1000, 20, dbov=-18))
                await ear.hears(1000, within_s=10)

                answer = await caller.asks("INVITE", body=audio(other.port))

                assert answer.code == 200
                other.follow(answer.sdp)
                other.say(tone(1300, 1, dbov=-18), for_ever=True)
                await other.hears(1000, within_s=10)
                await eventually(
                    lambda: hears(program.heard(), 1300, seconds=0.5),
                    within_s=10,
                    otherwise=lambda: "the far end is heard at its new place",
                )
            await call.leg.hang_up()

    chunks = [each["media"]["chunk"] for each in program.of_event("media")]
    assert chunks == [str(number) for number in range(1, len(chunks) + 1)]


async def test_a_room_is_heard_by_one_program_and_another_speaks_to_one_of_it(line: Line, ports: Ports) -> None:
    async with guests(line, ports, 2) as (one, two), stream_program() as program:
        room = await line.agent.bridge.open_room()
        for guest in (one, two):
            await room.place(guest.leg, Attendance())
        async with streaming(line, plan_of(program.port, two_way=True)) as stream:
            await stream.wire.hear(Said(one.leg), StreamTrack.INBOUND)
            await stream.wire.hear(Heard(one.leg), StreamTrack.OUTBOUND)
            await stream.wire.speak(told(two.leg), Ear(two.leg))
            await program.gets("start")
            await program.says(tone(2500, 3, dbov=-18))
            await two.ear.hears(2500, within_s=10)
            await program.gets("media", times=150)
        await room.close()

    assert hears(program.heard("inbound"), one.hz, seconds=0.5)
    assert not hears(program.heard("inbound"), two.hz, seconds=0.1)
    assert hears(program.heard("outbound"), two.hz, seconds=0.5)
    assert not hears(one.ear.heard(), 2500, seconds=0.1)


async def test_a_node_that_ends_closes_its_streams(open_line: OpenLine) -> None:
    async with stream_program() as program:
        async with open_line() as line:
            line.agent.streams.open(plan_of(program.port))
            await program.gets("start")
            assert len(line.agent.streams) == 1

        await eventually(lambda: program.close_code == 1000, within_s=5, otherwise=lambda: "it is closed")
        assert len(line.agent.streams) == 0
