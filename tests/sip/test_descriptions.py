"""Session descriptions as far ends really write them: what they offer that we carry is used, and is heard."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.ports import Ear
from tests.peers.ear import RtpEar
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

VIDEO = "m=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
AMR = "m=audio 40004 RTP/AVP 96\r\na=rtpmap:96 AMR/8000\r\n"
BEFORE = [VIDEO, VIDEO.replace("40002", "0"), "m=image 40002 udptl t38\r\n", "m=application 9 UDP/BFCP *\r\n",
          "m=application 9 DTLS/SCTP 5000\r\n", AMR, f"m=audio 0 RTP/AVP 8\r\n{VIDEO}", VIDEO * 7]  # fmt: skip


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


def with_line_first(first: str, offer: str) -> str:
    head, _, rest = offer.partition("m=")
    return f"{head}{first}m={rest}"


@pytest.mark.parametrize("first", BEFORE)
async def test_audio_behind_a_line_that_is_refused_is_heard(
    line: Line, caller: RawCaller, ear: RtpEar, prompt: Path, first: str
) -> None:
    call = await in_a_call(line, caller, with_line_first(first, audio(ear.port)))

    await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

    await ear.hears(440, within_s=5)
    lines = [each.split()[1] for each in (await caller.answer("INVITE")).body.splitlines() if each.startswith("m=")]
    assert [port != "0" for port in lines] == [False] * first.count("m=") + [True]
    await call.leg.hang_up()


@pytest.mark.parametrize("beside", ["m=audio 0 RTP/AVP 8\r\n", VIDEO.replace("40002", "0"), VIDEO])
async def test_a_line_beside_it_that_goes_nowhere_holds_no_audio(
    line: Line, caller: RawCaller, ear: RtpEar, prompt: Path, beside: str
) -> None:
    call = await in_a_call(line, caller, audio(ear.port, more=f"{beside}c=IN IP4 0.0.0.0\r\n"))

    await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

    await ear.hears(440, within_s=5)
    await call.leg.hang_up()


@pytest.mark.parametrize(
    ("written", "instead"),
    [("s=-", "s="), ("o=- 1 1", "o=Alice Example 1 1"), ("RTP/AVP 8", "RTP/AVP 8 101"), ("a=rtpmap:8", "a=rtpmap: 8")],
)
async def test_what_others_pass_over_is_passed_over(
    line: Line, caller: RawCaller, ear: RtpEar, prompt: Path, written: str, instead: str
) -> None:
    call = await in_a_call(line, caller, audio(ear.port).replace(written, instead))

    await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

    await ear.hears(440, within_s=5)
    await call.leg.hang_up()


@pytest.mark.parametrize(
    ("offer", "warning"),
    [
        (audio().replace("IP4 127.0.0.1", "IP6 ::1"), "301"),
        (with_line_first(AMR, "").rpartition("m=")[0], "305"),
        (audio().partition("m=")[0] + VIDEO, "304"),
    ],
)
async def test_an_offer_of_nothing_that_we_carry_is_refused_and_told_with_the_reason(
    open_line: OpenLine, offer: str, warning: str
) -> None:
    head = audio().partition("m=")[0]
    async with open_line() as line, raw_caller(line.port) as caller:
        refused = await caller.asks("INVITE", body=offer if offer.startswith("v=") else head + offer)

        assert refused.code == 488
        assert refused.header("warning").startswith(warning)
        async with within(5):
            told = await line.refusals.get()
        assert (told.sip_code, told.q850_cause, told.arrival.caller) == (488, 88, "+32470123456")
        assert line.arrivals.empty()


async def test_an_offer_of_more_lines_than_there_is_room_for_is_refused_and_the_next_is_taken(
    line: Line, caller: RawCaller, ear: RtpEar
) -> None:
    refused = await caller.asks("INVITE", body=with_line_first(VIDEO * 8, audio(ear.port)))

    assert refused.code == 488
    async with raw_caller(line.port) as another:
        call = await in_a_call(line, another, audio(ear.port))
        await call.leg.hang_up()


async def test_a_reinvite_without_a_codec_in_common_is_refused_and_the_call_sounds_on(
    line: Line, caller: RawCaller, ear: RtpEar, prompt: Path
) -> None:
    call = await in_a_call(line, caller, audio(ear.port))

    refused = await caller.asks("INVITE", body=audio().partition("m=")[0].replace("o=- 1 1", "o=- 1 2") + AMR)
    await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

    assert refused.code == 488
    await ear.hears(440, within_s=5)
    await call.leg.hang_up()


async def test_a_description_among_other_parts_is_read_too(
    line: Line, caller: RawCaller, ear: RtpEar, prompt: Path
) -> None:
    parts = (
        "--edge\r\nContent-Type: application/sdp\r\n\r\n"
        f"{with_line_first(VIDEO, audio(ear.port)).replace('s=-', 's=')}\r\n"
        "--edge\r\nContent-Type: application/x\r\n\r\ny\r\n--edge--\r\n"
    )
    asking = asyncio.create_task(caller.asks("INVITE", body=parts, content_type='multipart/mixed;boundary="edge"'))
    leg, _ = await line.takes()
    await leg.answer()
    assert (await asking).code == 200

    await line.agent.bridge.play(prompt, to=[Ear(leg.id)])

    await ear.hears(440, within_s=5)
    await leg.hang_up()
