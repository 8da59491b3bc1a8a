"""What a trunk hears of our address, and whose sound is taken for the far end's."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest, Ear
from tests.peers.audio import tone
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import within
from tests.sip.conftest import OpenLine, Watch
from tests.sip.speakers import speaker

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], **fields})


async def test_a_trunk_behind_nat_is_told_our_public_address(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, public_address="192.0.2.7")])
        await Watch(await line.agent.dial(ASKED)).start().ends()
    invite = SipMessage.read(next(each for each in far_end.requests if each.startswith("INVITE")))

    assert f"@192.0.2.7:{line.port}>" in invite.header("contact")
    assert "@192.0.2.7>" in invite.header("from")
    assert invite.sdp is not None
    assert invite.sdp.address == "192.0.2.7"


async def test_a_trunk_behind_nat_is_answered_with_our_public_address(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, public_address="192.0.2.7")])
        far_end.request("INVITE", body=audio())
        leg, _ = await line.takes()
        await leg.answer()
        answer = await far_end.answer("INVITE")

    assert f"@192.0.2.7:{line.port}>" in answer.header("contact")
    assert answer.sdp is not None
    assert answer.sdp.address == "192.0.2.7"


async def test_over_tcp_a_trunk_that_knows_our_address_is_told_where_we_listen(
    open_line: OpenLine,
) -> None:
    async with sip_answerer(lambda _: "486 Busy Here", stream=True) as far_end, open_line(host="127.0.0.3") as line:
        await line.agent.use_trunks([carrier(far_end.port, transport="tcp")])
        await Watch(await line.agent.dial(ASKED)).start().ends()
    invite = SipMessage.read(next(each for each in far_end.requests if each.startswith("INVITE")))

    assert f"@127.0.0.3:{line.port};transport=tcp>" in invite.header("contact")


async def test_over_tcp_a_trunk_that_knows_our_address_is_answered_with_where_we_listen(open_line: OpenLine) -> None:
    async with open_line(host="127.0.0.3") as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, transport="tcp")])
        reader, writer = await asyncio.open_connection("127.0.0.3", line.port, local_addr=("127.0.0.1", 0))
        writer.write(far_end.written("INVITE", body=audio(), transport="TCP"))
        leg, _ = await line.takes()
        await leg.answer()
        async with within(5):
            await reader.readuntil(b"SIP/2.0 200 OK")
            head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    answer = SipMessage.read(f"SIP/2.0 200 OK{head.decode()}")

    assert f"@127.0.0.3:{line.port};transport=tcp>" in answer.header("contact")


async def test_a_public_address_of_another_family_is_told(open_line: OpenLine) -> None:
    async with open_line() as line:
        faults = await line.agent.use_trunks([carrier(5060, public_address="2001:db8::7")])

    assert "another family" in faults["carrier"]


@pytest.mark.parametrize(
    ("setting", "signalled_speaks", "goes_to_the_other"),
    [
        ("follow", True, True),
        ("follow", False, True),
        ("first", True, False),
        ("first", False, True),
        ("signalled", True, False),
        ("signalled", False, False),
    ],
)
async def test_sound_goes_to_whose_is_taken(
    open_line: OpenLine, tmp_path: Path, setting: str, signalled_speaks: bool, goes_to_the_other: bool
) -> None:
    music = tone(440, 30).save(tmp_path / "long.wav")
    async with (
        open_line() as line,
        raw_caller(line.port) as far_end,
        speaker("127.0.0.1", 1) as signalled,
        speaker("127.0.0.2", 2) as other,
    ):
        await line.agent.use_trunks([carrier(far_end.port, rtp_source=setting)])
        far_end.request("INVITE", body=audio(signalled.port))
        leg, _ = await line.takes()
        await leg.answer()
        answer = await far_end.answer("INVITE")
        assert answer.sdp is not None
        await line.agent.bridge.play(music, to=[Ear(leg.id)])
        if signalled_speaks:
            await signalled.speaks(answer.sdp.port)

        await other.speaks(answer.sdp.port)

        far_end.to_tag = answer.header("to").rpartition("tag=")[2]
        far_end.request("ACK", number=1)
        assert (await other.hears_more(), await signalled.hears_more()) == (goes_to_the_other, not goes_to_the_other)
        await far_end.asks("BYE")


async def test_sound_of_the_signalled_host_may_come_from_another_port(open_line: OpenLine) -> None:
    async with (
        open_line() as line,
        raw_caller(line.port) as far_end,
        speaker("127.0.0.1", 1) as signalled,
        speaker("127.0.0.1", 2) as other_port,
    ):
        await line.agent.use_trunks([carrier(far_end.port, rtp_source="signalled")])
        far_end.request("INVITE", body=audio(signalled.port))
        leg, _ = await line.takes()
        await leg.answer()
        answer = await far_end.answer("INVITE")
        far_end.to_tag = answer.header("to").rpartition("tag=")[2]
        far_end.request("ACK", number=1)
        assert answer.sdp is not None
        await other_port.speaks(answer.sdp.port)
        call = Watch(leg).start()
        await far_end.asks("BYE")
        ended = await call.ends()

    assert ended.figures is not None
    assert ended.figures.packets_received > 20
