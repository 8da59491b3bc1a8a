"""Strangers, who are no trunk's and not allowed, learn nothing and cost nothing, whatever they send."""

import asyncio
import socket
from collections import Counter
from contextlib import closing
from ipaddress import ip_network
from typing import Final

import pjsua2 as pj
import pytest

from engine.model.ban import BanReason, DoorNews, TurnedAwayReason
from engine.model.call import Event
from engine.model.trunk import Trunk
from engine.model.trunk.hosts import TrunkHost
from sip.config import StrangersDue
from sip.gate import Gate
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.sip.conftest import Line, OpenLine, dial

pytestmark = pytest.mark.sip

ELSEWHERE: Final = (ip_network("192.0.2.0/24"),)
"""The only networks that may call, so that this machine is a stranger."""
METHODS: Final = (
    "INVITE", "OPTIONS", "REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH", "REFER", "INFO", "UPDATE", "PRACK",
    "CANCEL", "BYE", "FOO",
)  # fmt: skip
REFUSED: Final = StrangersDue(are_refused=True)
QUIET_S: Final = 0.6


async def news_of(line: Line, *, reason: TurnedAwayReason) -> Counter[str]:
    """How many messages were turned away for a reason, by method."""
    news = await line.agent.door.take_news()
    return Counter({each.method: each.count for each in news.messages if each.reason is reason})


async def test_a_stranger_hears_nothing_whatever_it_sends(open_line: OpenLine) -> None:
    async with open_line(allow=ELSEWHERE) as line, raw_caller(line.port) as stranger:
        for method in (*METHODS, "ACK"):
            stranger.request(method, "Event: presence", "Refer-To: <sip:z@127.0.0.1>", "Expires: 600")
        stranger.request("INVITE", "Replaces: a@b;to-tag=1;from-tag=2", body=audio())
        stranger.send(answer_out_of_the_blue())
        await asyncio.sleep(QUIET_S)

        assert stranger.seen == []
        counted = await news_of(line, reason=TurnedAwayReason.STRANGER)
        assert counted == Counter([*METHODS[:-1], "other", "ACK", "INVITE", "response"])


async def test_a_strangers_invites_are_told_with_the_number_that_they_called(open_line: OpenLine) -> None:
    async with open_line(allow=ELSEWHERE) as line, raw_caller(line.port) as stranger:
        stranger.request("INVITE", body=audio())
        stranger.request("INVITE", body=audio())
        await asyncio.sleep(QUIET_S)

        [calls] = (await line.agent.door.take_news()).calls
        assert (calls.source, calls.number, calls.count) == (HOST, "+3225550100", 2)
        assert await line.agent.door.take_news() == DoorNews()


async def test_strangers_are_refused_alike_whatever_they_ask_for(open_line: OpenLine) -> None:
    async with open_line(allow=ELSEWHERE, strangers=REFUSED) as line, raw_caller(line.port) as stranger:
        answers = [await stranger.asks(method) for method in METHODS]

    assert {each.code for each in answers} == {403}
    names = {tuple(name.lower() for name, _ in each.headers) for each in answers}
    assert names == {("via", "call-id", "from", "to", "cseq", "content-length")}


async def test_strangers_are_refused_before_python_hears_of_them(
    open_line: OpenLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    taken = Gate.onRequest

    def hear(self: Gate, request: pj.GatedRequest) -> None:
        heard.append(str(request.method))
        taken(self, request)

    monkeypatch.setattr(Gate, "onRequest", hear)
    allowed = [*ELSEWHERE, ip_network("127.0.0.2/32")]
    async with (
        open_line(allow=allowed, strangers=REFUSED) as line,
        raw_caller(line.port) as stranger,
        raw_caller(line.port, "127.0.0.2") as friend,
    ):
        for method in METHODS:
            await stranger.asks(method)
        assert heard == []
        counted = await news_of(line, reason=TurnedAwayReason.STRANGER)
        assert counted == Counter([*METHODS[:-1], "other", "ACK"])

        await friend.asks("OPTIONS")
        assert heard == ["OPTIONS"]


async def test_an_answer_goes_to_the_packets_source_whatever_its_via_says(open_line: OpenLine) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as victim:
        victim.bind((HOST, 0))
        victim.setblocking(False)
        async with open_line(allow=ELSEWHERE, strangers=REFUSED) as line, raw_caller(line.port) as stranger:
            port = victim.getsockname()[1]
            asked = stranger.written("OPTIONS").replace(f"{HOST}:{stranger.port};branch".encode(), b"%s;branch")
            for via in (f"{HOST}:{port}", f"{HOST}:{stranger.port};maddr={HOST}", f"{HOST}:{port};rport={port}"):
                stranger.send(asked % via.encode())
            await asyncio.sleep(QUIET_S)

        assert [each.code for each in stranger.seen] == [403, 403, 403]
        with pytest.raises(BlockingIOError):
            victim.recv(2000)


async def test_no_answer_is_larger_than_what_was_asked(open_line: OpenLine) -> None:
    async with open_line(allow=ELSEWHERE, strangers=REFUSED) as line, raw_caller(line.port) as stranger:
        stranger.send(
            b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nf: <sip:a>;tag=1\r\nt: <sip:a>\r\n"
            b"i: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
        )
        await asyncio.sleep(QUIET_S)

        assert stranger.seen == []


async def test_whoever_sends_too_much_is_banned_over_every_transport(open_line: OpenLine) -> None:
    due = StrangersDue(are_refused=True, messages_per_s=3)
    async with open_line(allow=ELSEWHERE, strangers=due) as line, raw_caller(line.port) as stranger:
        for _ in range(20):
            stranger.request("OPTIONS")
        await asyncio.sleep(QUIET_S)
        assert 6 <= len(stranger.seen) <= 8
        [ban] = (await line.agent.door.take_news()).bans
        reader, writer = await asyncio.open_connection(HOST, line.port)
        writer.write(stranger.written("OPTIONS", transport="TCP"))

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 1)
        writer.close()

    assert (str(ban.source), ban.reason, ban.times) == ("127.0.0.1/32", BanReason.MESSAGES, 1)
    assert 59 < (ban.until - ban.since).total_seconds() <= 60


async def test_whoever_sends_what_cannot_be_read_is_banned(open_line: OpenLine) -> None:
    due = StrangersDue(malformed_per_min=5)
    async with open_line(allow=ELSEWHERE, strangers=due) as line, raw_caller(line.port) as stranger:
        for _ in range(8):
            stranger.send(b"INVITE sip:a@b SIP/2.0\r\nVia: broken\r\nFrom: <<<>\r\nCSeq: x\r\n\r\n")
        await asyncio.sleep(QUIET_S)

        news = await line.agent.door.take_news()
    assert [each.reason for each in news.bans] == [BanReason.MALFORMED]
    assert {each.reason: each.count for each in news.messages} == {TurnedAwayReason.MALFORMED: 8}


async def test_a_trunks_address_is_never_banned(open_line: OpenLine) -> None:
    due = StrangersDue(messages_per_s=1, invites_per_s=1, malformed_per_min=1)
    trunk = Trunk(name="carrier", hosts=(TrunkHost(HOST, 5999),))
    async with open_line(allow=ELSEWHERE, trunk=trunk, strangers=due) as line, raw_caller(line.port) as caller:
        for _ in range(30):
            caller.send(b"INVITE sip:a@b SIP/2.0\r\nVia: broken\r\nFrom: <<<>\r\nCSeq: x\r\n\r\n")
            caller.request("SUBSCRIBE", "Event: presence")

        assert (await caller.asks("OPTIONS")).code in (200, 405)
        assert (await line.agent.door.take_news()).bans == ()


async def test_a_far_end_that_we_have_called_is_heard_although_nobody_knows_its_address(open_line: OpenLine) -> None:
    async with open_line(allow=ELSEWHERE) as line, raw_callee() as far_end:
        call = await dial(line, far_end.port)
        invite = await far_end.gets("INVITE")
        far_end.answer(invite, "200 OK", body=audio())
        await far_end.gets("ACK")
        assert (await far_end.asks(invite, "BYE")).code == 200

        assert (await call.ends()).outcome is Event.HUNG_UP
        assert (await line.agent.door.take_news()).messages == ()


def answer_out_of_the_blue() -> bytes:
    return (
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKnobody\r\nFrom: <sip:a@b>;tag=1\r\n"
        b"To: <sip:a@b>;tag=2\r\nCall-ID: nobody@a\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
    )
