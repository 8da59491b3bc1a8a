"""Links between rooms of two nodes: an INVITE is one where a node of ours proves that, else a call like any."""

import asyncio
import re
import time
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from engine.model.room_link import RoomLink
from engine.ports import DialRequest, MediaChanged, MediaLost
from engine.security.link_proofs import HEADER, LinkProofs
from sip.config import StrangersDue, Tls
from sip.room_links import secure_uri
from tests.peers.certificates import make_pems
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.sip.conftest import OpenLine, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

SECRET = b"s" * 32
LINK = RoomLink("CF0193", "leaf")
ELSEWHERE = (ip_network("192.0.2.0/24"),)
"""The only networks that may call, so that this machine is a stranger."""
THIS_MACHINE = frozenset({ip_address("127.0.0.1")})
REFUSED = StrangersDue(are_refused=True)


def proof(caller: RawCaller, secret: bytes = SECRET) -> str:
    return f"{HEADER}: {LinkProofs(secret, time.time).header(LINK, caller.call_id)}"


def offered(description: str) -> list[str]:
    """The names of what is offered, in its order."""
    names = dict(re.findall(r"a=rtpmap:(\d+) (\S+?)/", description))
    [formats] = re.findall(r"m=audio \d+ \S+ (.+)", description)
    return [names[each] for each in formats.split() if each in names]


async def test_an_invite_of_a_node_is_a_link(open_line: OpenLine) -> None:
    async with open_line(link_secret=SECRET, allow=ELSEWHERE) as line, raw_caller(line.port) as leaf:
        await line.agent.use_nodes(THIS_MACHINE)
        asking = asyncio.create_task(leaf.asks("INVITE", proof(leaf), body=audio()))
        leg, arrival = await line.takes()
        await leg.answer()

        assert (await asking).code == 200
        assert arrival.link == LINK


async def test_a_stranger_has_no_link_whatever_it_says(open_line: OpenLine) -> None:
    async with open_line(link_secret=SECRET, allow=ELSEWHERE, strangers=REFUSED) as line:
        async with raw_caller(line.port) as stranger:
            assert (await stranger.asks("INVITE", proof(stranger), body=audio())).code == 403, "it is no node's address"
        await line.agent.use_nodes(THIS_MACHINE)
        async with raw_caller(line.port) as stranger:
            said = proof(stranger, b"x" * 32)
            assert (await stranger.asks("INVITE", said, body=audio())).code == 403, "it has another secret"
        async with raw_caller(line.port) as node, raw_caller(line.port) as stranger:
            said = proof(node)
            asking = asyncio.create_task(node.asks("INVITE", said, body=audio()))
            leg, _ = await line.takes()
            await leg.answer()
            await asking
            assert (await stranger.asks("INVITE", said, body=audio())).code == 403, "it is another's call"
            stranger.call_id = node.call_id
            assert (await stranger.asks("INVITE", said, body=audio())).code == 403, "it was said before"
        assert line.arrivals.empty()


async def test_a_link_that_a_node_alone_is_sent_is_a_call_like_any(open_line: OpenLine) -> None:
    async with open_line(any_source=True) as line, raw_caller(line.port) as caller:
        asking = asyncio.create_task(caller.asks("INVITE", proof(caller), body=audio()))
        leg, arrival = await line.takes()
        await leg.answer()

        assert (await asking).code == 200
        assert arrival.link is None


async def test_what_we_send_is_proved_and_offers_what_rooms_are_wide(open_line: OpenLine) -> None:
    codecs = ["opus", "G722", "PCMA"]
    async with open_line(link_secret=SECRET, any_source=True, codecs=codecs) as line, raw_callee() as root:
        uri = f"sip:{LINK.conference_id}@127.0.0.1:{root.port}"
        await line.agent.dial(DialRequest(uri, LINK.conference_id, "a link", link=LINK))
        invite = await root.gets("INVITE")

        said, sip_call_id = invite.header(HEADER.lower()), invite.header("call-id")
        assert LinkProofs(SECRET, time.time).believed(said, sip_call_id) == LINK
        assert offered(invite.body)[:3] == ["G722", "opus", "PCMA"]


async def test_secure_links_are_dialled_over_tls_and_their_sound_is_sealed(open_line: OpenLine, tmp_path: Path) -> None:
    pems = make_pems(tmp_path)
    tls = Tls(pems.ca, pems.certificate, pems.key)
    async with open_line(link_secret=SECRET, any_source=True, tls=tls, links_are_secure=True, trace_calls=4) as line:
        uri = f"sip:{LINK.conference_id}@127.0.0.1:{line.port}"
        dialled = await line.agent.dial(DialRequest(uri, LINK.conference_id, "a link", link=LINK))
        ours = Watch(dialled).start()
        leg, arrival = await line.takes()
        theirs = Watch(leg).start()
        await leg.answer()

        assert arrival.link == LINK
        for each in (ours, theirs):
            await each.sees(MediaChanged)
        described = [each.text for each in await line.agent.messages(dialled.sip_call_id)]
        assert {"RTP/SAVP"} == {found for text in described for found in re.findall(r"m=audio \d+ (\S+)", text)}
        assert all("SIP/2.0/TLS" in text for text in described)


async def test_a_link_that_is_to_be_secure_is_refused_where_its_sound_is_not(open_line: OpenLine) -> None:
    async with (
        open_line(link_secret=SECRET, any_source=True, links_are_secure=True) as line,
        raw_caller(line.port) as leaf,
    ):
        assert (await leaf.asks("INVITE", proof(leaf), body=audio())).code == 488


def test_a_node_speaks_tls_at_the_port_after_that_of_the_others() -> None:
    assert secure_uri("sip:CF0193@10.0.0.7:5060") == "sip:CF0193@10.0.0.7:5061;transport=tls"
    assert secure_uri("sip:CF0193@[2001:db8::7]:5060") == "sip:CF0193@[2001:db8::7]:5061;transport=tls"


async def test_a_link_without_sound_is_dead_within_two_seconds(open_line: OpenLine) -> None:
    async with open_line(link_secret=SECRET, any_source=True) as line, raw_caller(line.port) as leaf:
        link: Watch = await in_a_call(line, leaf, audio(), proof(leaf))

        lost: MediaLost = await link.sees(MediaLost, within_s=4)

        assert 1 <= lost.seconds < 3
