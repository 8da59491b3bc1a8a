"""Two legs that hear each other alone: what one says reaches the other as it came, and as one unbroken stream."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.ports import DigitPressed, Ear, LegId, MediaChanged, Said
from tests.peers.audio import Sound, hears, tone
from tests.peers.raw_caller import RawCaller, raw_caller
from tests.peers.raw_rtp import EVENTS, STEP_S, RawRtp
from tests.peers.rtp import Packet, TelephoneEvent
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

KEYS = f"a=rtpmap:{EVENTS} telephone-event/8000\r\n"
STEP = 160


@dataclass(slots=True)
class Party:
    """One of two who talk, and all that its phone has received."""

    caller: RawCaller
    call: Watch
    rtp: RawRtp

    @property
    def leg(self) -> LegId:
        return self.call.leg.id

    def heard(self, since: int = 0) -> list[Packet]:
        return [each.packet for each in self.rtp.came[since:] if each.packet.payload_type != EVENTS]

    def talk(self, payloads: Sequence[bytes], *, payload_type: int = 8) -> None:
        """Packets at once, as a network may bring them."""
        for payload in payloads:
            self.rtp.send(Packet(payload_type, self.rtp.sequence, self.rtp.timestamp, self.rtp.ssrc, payload).bytes())
            self.rtp.pass_over(1)


async def party(stack: AsyncExitStack, line: Line, offer: str = "") -> Party:
    rtp = stack.enter_context(RawRtp())
    caller = await stack.enter_async_context(raw_caller(line.port))
    call = await in_a_call(line, caller, offer.format(port=rtp.port) or offered(rtp.port))
    await call.sees(MediaChanged)
    description = (await caller.answer("INVITE")).sdp
    assert description is not None
    rtp.target = (description.address, description.port)
    return Party(caller, call, rtp)


def offered(port: int, *, version: int = 1, codec: str = "8 PCMA/8000", direction: str = "sendrecv") -> str:
    """Of one codec, and keys."""
    payload_type, name = codec.split()
    return (
        f"v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {payload_type} {EVENTS}\r\na=rtpmap:{payload_type} {name}\r\n{KEYS}a={direction}\r\n"
    )


@asynccontextmanager
async def joined(line: Line, first: str = "", second: str = "") -> AsyncIterator[tuple[Party, Party]]:
    """Two who hear each other, and have been heard for a moment."""
    async with AsyncExitStack() as stack:
        one, other = await party(stack, line, first), await party(stack, line, second)
        await join(line, one, other)
        yield one, other


async def join(line: Line, one: Party, other: Party) -> None:
    await line.agent.bridge.connect(Said(one.leg), Ear(other.leg))
    await line.agent.bridge.connect(Said(other.leg), Ear(one.leg))


async def arrives(party: Party, payloads: Sequence[bytes]) -> list[Packet]:
    """These very packets, in the order in which they came."""
    wanted = set(payloads)

    def look() -> list[Packet] | None:
        found = [each for each in party.heard() if each.payload in wanted]
        return found if len(found) >= len(payloads) else None

    return await eventually(look, within_s=10, otherwise=lambda: f"{len(party.heard())} packets heard")


def counted(count: int, *, start: int = 0, size: int = STEP) -> list[bytes]:
    """Payloads that an encoder would not make: each is known by its content, and has an odd length."""
    return [number.to_bytes(2, "big") * (size // 2) + b"\x01" for number in range(start, start + count)]


def is_one_stream(packets: Sequence[Packet]) -> bool:
    """One source, whose numbers grow by one and whose time never stands still."""
    steps = [(after.sequence - before.sequence) & 0xFFFF for before, after in pairwise(packets)]
    times = [(after.timestamp - before.timestamp) & 0xFFFFFFFF for before, after in pairwise(packets)]
    return len({each.ssrc for each in packets}) == 1 and set(steps) <= {1} and all(0 < each < 80000 for each in times)


async def test_what_one_says_reaches_the_other_byte_by_byte_both_ways(line: Line) -> None:
    async with joined(line) as (one, other):
        there, back = counted(20), counted(20, start=100)

        one.talk(there)
        other.talk(back)

        assert [each.payload for each in await arrives(other, there)] == there
        assert [each.payload for each in await arrives(one, back)] == back


async def test_loss_and_order_are_left_for_the_far_end_to_see(line: Line) -> None:
    async with joined(line) as (one, other):
        payloads = counted(6)
        base = one.rtp.sequence
        for number in (0, 1, 3, 2, 5):  # the fifth is lost
            one.rtp.sequence = base + number
            one.rtp.timestamp += STEP
            one.talk([payloads[number]])

        came = await arrives(other, [payloads[number] for number in (0, 1, 3, 2, 5)])

        first = came[0].sequence
        assert [(each.sequence - first) & 0xFFFF for each in came] == [0, 1, 3, 2, 5]
        assert came[0].marker


async def test_the_far_end_hears_one_stream_while_a_recording_begins_and_ends(line: Line) -> None:
    async with joined(line) as (one, other):
        await one.rtp.say(25)
        recorder = await line.agent.bridge.record(tracks=[[Said(one.leg)], [Said(other.leg)]])
        both = asyncio.gather(one.rtp.say(75), other.rtp.say(75))
        await both
        recorded = np.frombuffer(recorder.take(), np.int16).reshape(-1, 2)
        await recorder.stop()
        recorder.close()
        late = counted(10)
        one.talk(late)

        await arrives(other, late)

        assert is_one_stream(other.heard())
        for channel in range(2):
            sound = Sound.of_pcm(recorded[:, channel], line.agent.bridge.rate_hz)
            assert hears(sound, 440, seconds=1.2)


async def test_who_is_held_says_and_hears_nothing_of_the_other_until_he_is_back(line: Line) -> None:
    async with joined(line) as (one, other):
        first, meanwhile, after = counted(5), counted(5, start=50), counted(5, start=100)
        one.talk(first)
        await arrives(other, first)

        await line.agent.bridge.hold(one.leg, held=True)
        one.talk(meanwhile)
        other.talk(meanwhile)
        await asyncio.sleep(0.5)
        await line.agent.bridge.hold(one.leg, held=False)
        one.talk(after)

        await arrives(other, after)
        assert not {each.payload for each in (*other.heard(), *one.heard())} & set(meanwhile)
        assert is_one_stream(other.heard())


async def test_who_is_muted_is_not_heard_and_hears(line: Line) -> None:
    async with joined(line) as (one, other):
        await line.agent.bridge.mute(one.leg, muted=True)
        said, heard = counted(5), counted(5, start=50)
        one.talk(said)
        other.talk(heard)

        await arrives(one, heard)

        assert not {each.payload for each in other.heard()} & set(said)


async def test_a_sound_that_is_played_is_mixed_with_what_the_other_says(line: Line, tmp_path: Path) -> None:
    async with joined(line) as (one, other):
        beep = tone(1000, 0.5, rate_hz=8000).save(tmp_path / "beep.wav")
        since = len(other.rtp.came)
        saying = asyncio.create_task(one.rtp.say(60))
        player = await line.agent.bridge.play(beep, to=[Ear(other.leg)])
        await player.finished()
        await saying
        late = counted(5)
        one.talk(late)

        await arrives(other, late)

        assert is_one_stream(other.heard())
        assert other.heard(since)


async def test_keys_that_we_press_go_between_what_is_passed(line: Line) -> None:
    async with joined(line) as (one, other):
        saying = asyncio.create_task(one.rtp.say(60))
        await asyncio.sleep(10 * STEP_S)
        await other.call.leg.press("5")
        await saying
        late = counted(5)
        one.talk(late)

        await arrives(other, late)

        events = [each.packet for each in other.rtp.came if each.packet.payload_type == EVENTS]
        pressed = {read.key for each in events if (read := TelephoneEvent.read(each.payload)) is not None}
        numbers = [each.packet.sequence for each in other.rtp.came]
        assert pressed == {"5"}
        assert {(after - before) & 0xFFFF for before, after in pairwise(numbers)} == {1}


async def test_keys_that_a_far_end_presses_are_told_and_leave_no_gap(line: Line) -> None:
    async with joined(line) as (one, other):
        before, after = counted(3), counted(3, start=50)
        one.talk(before)
        for step in range(1, 6):
            one.rtp.event(TelephoneEvent("7", end=step == 5, duration=step * STEP))
        one.rtp.timestamp += 5 * STEP
        one.talk(after)

        told = await one.call.sees(DigitPressed)
        came = await arrives(other, before + after)

        assert told.digit == "7"
        assert is_one_stream(came)
        assert not [each for each in other.rtp.came if each.packet.payload_type == EVENTS]


async def test_who_falls_silent_leaves_the_other_with_silence_and_not_with_nothing(line: Line) -> None:
    async with joined(line) as (one, other):
        one.talk(counted(5))
        await arrives(other, counted(5))
        since = len(other.heard())
        await asyncio.sleep(1.5)
        late = counted(5, start=50)
        one.talk(late)

        await arrives(other, late)

        assert len(other.heard()) - since > 30
        assert is_one_stream(other.heard())


async def test_another_codec_after_a_re_invite_is_mixed(open_line: OpenLine) -> None:
    async with open_line(codecs=["PCMA", "PCMU"]) as line, joined(line) as (one, other):
        first = counted(5)
        one.talk(first)
        await arrives(other, first)
        changed = offered(one.rtp.port, version=2, codec="0 PCMU/8000")

        assert (await one.caller.asks("INVITE", body=changed)).code == 200
        await one.call.sees(MediaChanged, times=2)
        since = len(other.rtp.came)
        law = counted(20, start=50)
        one.talk(law, payload_type=0)
        await asyncio.sleep(1)

        after = other.heard(since)
        assert after
        assert {each.payload_type for each in after} == {8}
        assert not {each.payload for each in after} & set(law)


async def test_two_codecs_are_mixed(open_line: OpenLine) -> None:
    async with (
        open_line(codecs=["PCMA", "PCMU"]) as line,
        joined(line, second=offered(0, codec="0 PCMU/8000").replace("audio 0", "audio {port}")) as (one, other),
    ):
        said = counted(10)
        one.talk(said)
        await asyncio.sleep(0.5)

        assert {each.payload_type for each in other.heard()} == {0}
        assert not {each.payload for each in other.heard()} & set(said)


async def test_g722_passes_as_it_is(open_line: OpenLine) -> None:
    offer = offered(0, codec="9 G722/8000").replace("audio 0", "audio {port}")
    async with open_line(codecs=["G722", "PCMA"]) as line, joined(line, offer, offer) as (one, other):
        said = counted(10)
        one.talk(said, payload_type=9)

        came = await arrives(other, said)

        assert [each.payload for each in came] == said
        assert {each.payload_type for each in came} == {9}


async def test_what_was_passed_is_counted_as_sent_and_reported(line: Line) -> None:
    async with joined(line) as (one, other):
        before = await line.agent.bridge.figures(other.leg)
        assert before is not None
        said = counted(50)
        one.talk(said)
        await arrives(other, said)

        after = await line.agent.bridge.figures(other.leg)

        assert after is not None
        assert after.packets_sent - before.packets_sent >= 50


async def test_who_hangs_up_while_packets_pass_takes_nobody_along(line: Line) -> None:
    for round_ in range(12):
        async with AsyncExitStack() as stack:
            one, other = await party(stack, line), await party(stack, line)
            await join(line, one, other)
            talking = asyncio.gather(one.rtp.say(15), other.rtp.say(15))
            await asyncio.sleep(round_ % 6 * STEP_S)
            leaving, staying = (one, other) if round_ % 2 else (other, one)
            if round_ % 3:
                await leaving.caller.asks("BYE")
            else:
                await leaving.call.leg.hang_up()
            await leaving.call.ends()
            await talking

            heard = len(staying.heard())
            await asyncio.sleep(0.3)
            assert len(staying.heard()) > heard
            await staying.call.leg.hang_up()
            await staying.call.ends()
