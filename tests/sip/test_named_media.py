"""Far ends that give a name, and no address, for their media: nobody looks it up, and they are told so."""

from pathlib import Path

import pytest

from engine.model.trunk import new_trunk
from engine.ports import DialRequest, Ear
from tests.peers.ear import RtpEar
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.sip.conftest import OpenLine, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

NAME = "media.carrier.example"
AT_NAME = f"c=IN IP4 {NAME}\r\n"


@pytest.mark.parametrize(
    "offer",
    [audio(more=AT_NAME), audio().replace(f"c=IN IP4 {HOST}\r\n", AT_NAME), audio(more=f"c=IN IP4 {NAME}/127\r\n")],
    ids=["of-the-line", "of-the-session", "of-a-group"],
)
async def test_who_calls_with_media_at_a_name_is_refused_and_told_why(open_line: OpenLine, offer: str) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        refused = await caller.asks("INVITE", body=offer)

        assert refused.code == 488
        assert refused.header("warning") == '301 telefoon "Its media are at a name, and not at an address"'
        assert line.arrivals.empty()


async def test_a_call_goes_on_where_its_media_were_when_they_are_to_move_to_a_name(
    open_line: OpenLine, ear: RtpEar, prompt: Path
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        call = await in_a_call(line, caller, audio(ear.port))

        moved = await caller.asks("INVITE", body=audio(ear.port, more=AT_NAME).replace("1 1 IN", "1 2 IN"))
        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

        await ear.hears(440, within_s=5)
        await call.leg.hang_up()
    assert moved.code == 488


async def test_who_answers_with_media_at_a_name_is_hung_up_on(open_line: OpenLine) -> None:
    async with open_line() as line, raw_callee() as far_end:
        await line.agent.use_trunks([new_trunk({"name": "carrier", "hosts": [f"{HOST}:{far_end.port}"]})])
        call = Watch(await line.agent.dial(DialRequest("+3225550199", "+3225550100", "CA1"))).start()
        far_end.answer(await far_end.gets("INVITE"), "200 OK", body=audio(more=AT_NAME))

        await far_end.gets("ACK")
        far_end.answer(await far_end.gets("BYE"), "200 OK")
        ended = await call.ends()

    assert ended.sip_code == 488


@pytest.mark.parametrize(
    "beside",
    ["a=rtcp:40001 IN IP4 NAME\r\n", "m=audio 0 RTP/AVP 8\r\nc=IN IP4 NAME\r\n",
     "m=video 40002 RTP/AVP 96\r\nc=IN IP4 NAME\r\n"],
    ids=["rtcp", "a-line-that-is-closed", "video"],
)  # fmt: skip
async def test_sound_is_heard_where_something_beside_it_is_at_a_name(
    open_line: OpenLine, ear: RtpEar, prompt: Path, beside: str
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        call = await in_a_call(line, caller, audio(ear.port, more=beside.replace("NAME", NAME)))

        await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])

        await ear.hears(440, within_s=5)
        await call.leg.hang_up()
