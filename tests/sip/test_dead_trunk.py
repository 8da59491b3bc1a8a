"""A trunk that answers nothing at all is told as such, and asked until it answers again."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from engine.model.call import Event
from engine.model.trunk import KeepAlive, TrunkHost
from engine.model.trunk.reachability import OptionsPing
from engine.ports import DialRequest, EndedBy, TrunkTried
from sip.user_agent import LOOK_S
from tests.peers.sip_answerer import sip_answerer
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch, trunk_to

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Bound, and never answering: a carrier that is gone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(0.01)
        yield bound


async def is_silent(line: Line) -> bool:
    (reachability,) = (await line.agent.reachability()).values()
    return reachability.silent_since is not None


async def pings_of(line: Line) -> Sequence[OptionsPing]:
    (reachability,) = (await line.agent.reachability()).values()
    return reachability.pings


async def silent_since(line: Line, *, wanted: bool) -> None:
    async with within(20):
        while await is_silent(line) is not wanted:
            await asyncio.sleep(0.05)


async def answers_options(bound: socket.socket) -> None:
    """The carrier is back: 200 to whatever it is asked."""
    async with within(20):
        while True:
            await asyncio.sleep(0.02)
            try:
                datagram, source = bound.recvfrom(4096)
            except TimeoutError:
                continue
            if datagram.startswith(b"OPTIONS"):
                head = datagram.decode().split("\r\n")
                kept = [each for each in head if each.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
                bound.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(), source)
                return


async def test_an_invite_answered_with_nothing_has_failed_and_says_who_did_not_answer(
    open_line: OpenLine, silent: socket.socket
) -> None:
    async with open_line(trunk=trunk_to(silent.getsockname()[1], timeout_s=1.0)) as line:
        assert not await is_silent(line)
        call = Watch(await line.agent.dial(ASKED)).start()

        ended = await call.ends(within_s=8)

        assert (ended.unheard, ended.by) == ("The trunk did not answer", EndedBy.NOBODY)
        await silent_since(line, wanted=True)
        await answers_options(silent)
        await silent_since(line, wanted=False)
        (reachability,) = (await line.agent.reachability()).values()
        assert [each.kind for each in reachability.events] == ["silent", "answers_again"]


async def test_what_came_of_options_is_remembered_with_the_round_trip(open_line: OpenLine) -> None:
    answers: list[str] = []
    async with sip_answerer(lambda _: "".join(answers)) as carrier:
        trunk = replace(trunk_to(carrier.port), keep_alive=KeepAlive.OPTIONS, keep_alive_s=5)
        async with open_line(trunk=trunk) as line, within(20):
            while not (pings := await pings_of(line)):
                await asyncio.sleep(0.1)
            answers.append("200 OK")
            while not pings[-1].code:
                await asyncio.sleep(0.1)
                pings = await pings_of(line)

    host = f"127.0.0.1:{carrier.port}"
    missed, answered = pings[0], pings[-1]
    assert (missed.host, missed.code, missed.round_trip_ms) == (host, 0, None)
    assert (answered.host, answered.code) == (host, 200)
    assert 0 < (answered.round_trip_ms or 0) < 4000


@pytest.mark.parametrize("then", ["503 Service Unavailable", ""])
async def test_a_host_that_refuses_or_misses_three_options_is_left_alone_before_a_call_finds_out(
    open_line: OpenLine, then: str
) -> None:
    answers = ["200 OK"]
    async with sip_answerer(lambda _: answers[0]) as first, sip_answerer(lambda _: "486 Busy Here") as second:
        hosts = (TrunkHost("127.0.0.1", first.port), TrunkHost("127.0.0.1", second.port, priority=1))
        trunk = replace(trunk_to(first.port), hosts=hosts, keep_alive=KeepAlive.OPTIONS, keep_alive_s=5)
        async with open_line(trunk=trunk) as line, within(60):
            while not any(each.code == 200 for each in await pings_of(line)):
                await asyncio.sleep(0.1)
            answers[0] = then
            code = int(then[:3] or 0)
            while sum(each.code == code for each in await pings_of(line)) < 3:
                await asyncio.sleep(0.1)
            await asyncio.sleep(3 * LOOK_S)

            call = Watch(await line.agent.dial(ASKED)).start()
            ended = await call.ends()

    tried = [each.host for each in call.seen if isinstance(each, TrunkTried)]
    assert (tried, ended.sip_code) == ([f"127.0.0.1:{second.port}"], 486)


async def test_a_trunk_that_can_not_be_reached_is_silent_too(open_line: OpenLine) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    async with open_line(trunk=trunk_to(port, parameters=";transport=tcp")) as line:
        call = Watch(await line.agent.dial(ASKED)).start()

        ended = await call.ends(within_s=8)

        assert (ended.outcome, ended.by, ended.sip_code) == (Event.BROKE, EndedBy.NOBODY, 503)
        await silent_since(line, wanted=True)


async def test_a_call_left_before_the_trunk_has_said_anything_was_left_by_us(
    open_line: OpenLine, silent: socket.socket
) -> None:
    async with open_line(trunk=trunk_to(silent.getsockname()[1], timeout_s=30.0)) as line:
        call = Watch(await line.agent.dial(ASKED)).start()
        await asyncio.sleep(0.3)

        await call.leg.hang_up()

        ended = await call.ends()
        assert (ended.outcome, ended.by, ended.unheard) == (Event.HUNG_UP, EndedBy.US, "")
        assert not await is_silent(line)


async def test_a_trunk_that_stays_silent_is_not_tried_first_by_each_call(
    open_line: OpenLine, silent: socket.socket
) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as second:
        trunks = [
            trunk_to(silent.getsockname()[1], "first", timeout_s=0.5),
            trunk_to(second.port, "second", priority=1),
        ]
        async with open_line(trunks=trunks) as line:
            tried = [await trunks_tried(line) for _ in range(3)]
            await asyncio.sleep(1.5)  # once a second it is looked who is to be left alone

            tried.append(await trunks_tried(line))

    assert tried[0] == ["first", "second"]
    assert tried[-1] == ["second"]


async def trunks_tried(line: Line) -> list[str]:
    call = Watch(await line.agent.dial(ASKED)).start()
    await call.ends()
    return [each.trunk for each in call.seen if isinstance(each, TrunkTried)]
