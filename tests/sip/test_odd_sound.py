"""Sound that comes otherwise than was described or begun, and is heard all the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.ports import DigitPressed, Ear, Said
from tests.peers.audio import Sound, hears
from tests.peers.ear import RtpEar
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.raw_rtp import RawRtp
from tests.peers.rtp import Packet
from tests.peers.sip_message import Sdp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

COMFORT_NOISE = 13
"""Its payload type (RFC 3389)."""


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


@pytest.fixture
def rtp() -> Iterator[RawRtp]:
    with RawRtp() as opened:
        yield opened


async def target(caller: RawCaller) -> tuple[str, int]:
    """Where we want to be sent sound."""
    described = Sdp.read((await caller.answer("INVITE")).body)
    return described.address, described.port


async def is_heard(line: Line, call: Watch, speaking: Callable[[], Awaitable[None]]) -> bool:
    """Whether half a second of 440 Hz comes in while somebody speaks."""
    recorder = await line.agent.bridge.record(tracks=[[Said(call.leg.id)]])
    await speaking()
    pcm = bytearray()

    def heard() -> bool:
        pcm.extend(recorder.take())
        return hears(Sound.of_pcm(np.frombuffer(pcm, np.int16), line.agent.bridge.rate_hz), 440, seconds=0.5)

    return await eventually(heard, within_s=3, otherwise=lambda: f"440 Hz in {len(pcm)} bytes")


async def test_sound_from_another_port_than_was_described_is_heard(line: Line, caller: RawCaller, ear: RtpEar) -> None:
    call = await in_a_call(line, caller, audio(ear.port))
    with RawRtp() as elsewhere:
        elsewhere.target = await target(caller)

        assert await is_heard(line, call, lambda: elsewhere.say(60))

    await call.leg.hang_up()


async def test_a_source_that_changes_in_a_call_is_heard_on(line: Line, caller: RawCaller, rtp: RawRtp) -> None:
    call = await in_a_call(line, caller, audio(rtp.port))
    rtp.target = await target(caller)
    await rtp.say(50)

    rtp.ssrc, rtp.sequence = rtp.ssrc ^ 0x5A5A5A5A, 40000
    rtp.timestamp = (rtp.timestamp + 10**9) & 0xFFFFFFFF

    assert await is_heard(line, call, lambda: rtp.say(60))
    await call.leg.hang_up()


async def test_sound_after_comfort_noise_is_heard(line: Line, caller: RawCaller, rtp: RawRtp) -> None:
    offer = audio(rtp.port).replace("RTP/AVP 8", f"RTP/AVP 8 {COMFORT_NOISE}") + "a=rtpmap:13 CN/8000\r\n"
    call = await in_a_call(line, caller, offer)
    rtp.target = await target(caller)
    await rtp.say(25)

    for _ in range(5):
        rtp.send(Packet(COMFORT_NOISE, rtp.sequence, rtp.timestamp, rtp.ssrc, b"\x40").bytes())
        rtp.sequence = (rtp.sequence + 1) & 0xFFFF
        rtp.timestamp = (rtp.timestamp + 1600) & 0xFFFFFFFF
        await asyncio.sleep(0.2)

    assert await is_heard(line, call, lambda: rtp.say(60))
    await call.leg.hang_up()


@pytest.mark.parametrize("number", [96, 97, 110, 127])
async def test_keys_go_both_ways_in_the_payload_type_that_was_offered(
    line: Line, caller: RawCaller, number: int
) -> None:
    with RtpEar(event_type=number) as ear:
        offer = audio(ear.port).replace("RTP/AVP 8", f"RTP/AVP 8 {number}")
        call = await in_a_call(line, caller, f"{offer}a=rtpmap:{number} telephone-event/8000\r\n")
        ear.follow((await caller.answer("INVITE")).sdp)

        ear.press("4")
        await call.leg.press("7")

        assert (await call.sees(DigitPressed)).digit == "4"
        await ear.hears_keys("7", within_s=5)
        await call.leg.hang_up()


async def test_an_address_of_the_medium_goes_before_that_of_the_session(
    line: Line, caller: RawCaller, ear: RtpEar, prompt: Path
) -> None:
    session, _, medium = audio(ear.port).partition("a=rtpmap")
    session = session.replace(f"c=IN IP4 {HOST}", "c=IN IP4 127.0.0.99")
    call = await in_a_call(line, caller, f"{session}c=IN IP4 {HOST}\r\na=rtpmap{medium}")

    await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

    await ear.hears(440, within_s=5)
    await call.leg.hang_up()


async def test_sound_of_another_packet_time_than_ours_is_heard(line: Line, caller: RawCaller, rtp: RawRtp) -> None:
    call = await in_a_call(line, caller, audio(rtp.port) + "a=ptime:60\r\n")
    rtp.target = await target(caller)

    async def in_long_packets() -> None:
        for _ in range(25):
            payload = b"".join(rtp.frame(number).payload for number in range(3))
            rtp.send(Packet(8, rtp.sequence, rtp.timestamp, rtp.ssrc, payload).bytes())
            rtp.sequence = (rtp.sequence + 1) & 0xFFFF
            rtp.timestamp = (rtp.timestamp + 480) & 0xFFFFFFFF
            await asyncio.sleep(0.06)

    assert await is_heard(line, call, in_long_packets)
    await call.leg.hang_up()
