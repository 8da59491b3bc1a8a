"""Addresses of several kinds in one session description: of each medium, and of RTCP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.ports import Ear
from tests.peers.ear import RtpEar
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.waiting import within
from tests.sip.conftest import Line
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

ELSEWHERE = "127.0.0.99"
SENDER_REPORT, RECEIVER_REPORT = 200, 201


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


def without_an_address_of_the_session(*media: str) -> str:
    head = audio().partition("m=")[0]
    return head.replace(f"c=IN IP4 {HOST}\r\n", "") + "".join(media)


def medium(port: int, host: str, codec: str = "8 PCMA/8000") -> str:
    number = codec.split(maxsplit=1)[0]
    return f"m=audio {port} RTP/AVP {number}\r\nc=IN IP4 {host}\r\na=rtpmap:{codec}\r\n"


@pytest.mark.parametrize("first", [True, False])
async def test_of_two_lines_of_audio_the_one_that_is_taken_tells_where_sound_goes(
    line: Line, caller: RawCaller, ear: RtpEar, prompt: Path, first: bool
) -> None:
    taken, other = medium(ear.port, HOST), medium(40004, ELSEWHERE, "8 PCMA/8000" if first else "96 AMR/8000")
    lines = [taken, other] if first else [other, taken]
    call = await in_a_call(line, caller, without_an_address_of_the_session(*lines))

    await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

    await ear.hears(440, within_s=5)
    answered = (await caller.answer("INVITE")).body.splitlines()
    assert [each.split()[1] != "0" for each in answered if each.startswith("m=")] == [first, not first]
    await call.leg.hang_up()


async def test_reports_go_to_the_address_that_is_described_for_them(line: Line, caller: RawCaller, ear: RtpEar) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtcp:
        rtcp.bind((ELSEWHERE, 0))
        rtcp.setblocking(False)
        described = audio(ear.port, more=f"a=rtcp:{rtcp.getsockname()[1]} IN IP4 {ELSEWHERE}\r\n")
        call = await in_a_call(line, caller, described)

        async with within(10):
            report = await asyncio.get_running_loop().sock_recv(rtcp, 2048)

    assert report[1] in {SENDER_REPORT, RECEIVER_REPORT}
    await call.leg.hang_up()
