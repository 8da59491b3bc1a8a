"""Codecs of a trunk on the wire: what is not listed is neither offered nor accepted, by either side."""

import asyncio
from typing import Any

import pytest

from engine.errors import SipError
from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage
from tests.sip.conftest import OpenLine, Watch

pytestmark = pytest.mark.sip

NODE = ["G722", "PCMA", "PCMU"]
ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], **fields})


def offer(*formats: str) -> str:
    """Sound in these formats, each "8 PCMA"."""
    numbers = " ".join(each.split()[0] for each in formats)
    maps = "".join(f"a=rtpmap:{each}/8000\r\n" for each in formats)
    return (
        f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\nm=audio 40000 RTP/AVP {numbers}\r\n{maps}"
    )


def media(description: str) -> list[str]:
    """The audio line's formats, then the packet times."""
    lines = description.replace("\r", "").split("\n")
    (line,) = (each for each in lines if each.startswith("m=audio"))
    return [" ".join(line.split()[3:]), *(each for each in lines if "ptime:" in each)]


async def test_an_offer_has_the_trunks_codecs_in_their_order_and_its_packet_times(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line(codecs=NODE) as line:
        for fields in ({"codecs": ["PCMU", "G722"], "ptime_ms": 30, "maxptime_ms": 40}, {"codecs": ["PCMA"]}):
            await line.agent.use_trunks([carrier(far_end.port, **fields)])
            await Watch(await line.agent.dial(ASKED)).start().ends()

    first, second = (media(each) for each in far_end.requests if each.startswith("INVITE"))
    assert first[0].split()[:2] == ["0", "9"]
    assert not {"8"} & set(first[0].split())
    assert first[1:] == ["a=ptime:30", "a=maxptime:40"]
    assert second[0].split()[0] == "8"
    assert not {"0", "9"} & set(second[0].split())


async def test_what_is_offered_is_answered_with_the_trunks_codecs_alone(open_line: OpenLine) -> None:
    async with open_line(codecs=NODE) as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, codecs=["PCMU"])])
        asking = asyncio.create_task(far_end.asks("INVITE", body=offer("8 PCMA", "0 PCMU", "9 G722")))
        leg, _ = await line.takes()
        await leg.answer()
        answer = await asking
        again = await far_end.asks("INVITE", body=offer("8 PCMA", "9 G722"))
        await leg.hang_up()

    assert media(answer.body)[0] == "0"
    assert again.code == 488, "in a call, too"


async def test_an_offer_without_the_trunks_codecs_is_refused_before_it_is_a_call(open_line: OpenLine) -> None:
    async with open_line(codecs=NODE) as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, codecs=["PCMU"])])
        answer: SipMessage = await far_end.asks("INVITE", body=audio())

    assert answer.code == 488
    assert line.arrivals.empty()


async def test_an_invite_without_an_offer_is_offered_the_trunks_codecs(open_line: OpenLine) -> None:
    async with open_line(codecs=NODE) as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, codecs=["PCMU"], ptime_ms=40)])
        asking = asyncio.create_task(far_end.asks("INVITE"))
        leg, _ = await line.takes()
        await leg.answer()
        answer = await asking
        await leg.hang_up()

    assert media(answer.body)[0].split()[0] == "0"
    assert not {"8", "9"} & set(media(answer.body)[0].split())
    assert media(answer.body)[1] == "a=ptime:40"


async def test_a_trunk_without_a_codec_of_the_node_is_told_when_it_is_called(open_line: OpenLine) -> None:
    async with open_line(codecs=["PCMA"]) as line:
        await line.agent.use_trunks([carrier(9, codecs=["PCMU"])])

        with pytest.raises(SipError, match="carrier are none of TELEFOON_CODECS"):
            await line.agent.dial(ASKED)
