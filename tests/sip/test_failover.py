"""A call goes on to the next host or trunk where one fails, and never where a person or a network has answered."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engine.model.trunk import Trunk
from engine.ports import Answered, DialRequest, HungUp, RouteAdvanced, TrunkTried
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import answers, gets_bye, is_called, scenario, sdp
from tests.peers.sip_answerer import SipAnswerer, sip_answerer
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import OpenLine, Watch, trunk_to

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


@asynccontextmanager
async def carrier(answer: str) -> AsyncIterator[SipAnswerer]:
    """A carrier that answers each INVITE like this."""
    async with sip_answerer(lambda request: answer if request.startswith("INVITE") else "200 OK") as answerer:
        yield answerer


def invites(answerer: SipAnswerer) -> list[str]:
    return [each for each in answerer.requests if each.startswith("INVITE")]


def two(first: int, second: int, timeout_s: float = 4.0) -> list[Trunk]:
    return [trunk_to(first, "first", timeout_s=timeout_s), trunk_to(second, "second", priority=1)]


def attempts(call: Watch) -> list[tuple[str, int | None]]:
    return [(each.trunk, each.sip_code) for each in call.seen if isinstance(each, TrunkTried)]


@pytest.mark.parametrize(
    "answer", ["408 Request Timeout", "500 Server Internal Error", "502 Bad Gateway", "503 Service Unavailable",
               "504 Server Time-out"],
)  # fmt: skip
async def test_a_trunk_that_fails_is_followed_by_the_next_which_carries_the_call(
    open_line: OpenLine, ports: Ports, ear: RtpEar, answer: str
) -> None:
    script = scenario(is_called(), gets_bye())
    async with carrier(answer) as first, sipp(script, ports, keys={"ear": ear.port}) as second:
        async with open_line(trunks=two(first.port, second.port)) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            await call.sees(Answered)
            await call.leg.hang_up()
            ended = await call.ends()
            await second.finishes()
            silent = [each.silent_since for each in (await line.agent.reachability()).values()]
            figures = [line.agent.trunk_figures(name) for name in ("first", "second")]

        code = int(answer[:3])
        first_tried = next(each for each in call.seen if isinstance(each, TrunkTried))
        assert (first_tried.sip_reason, silent) == (answer[4:], [None, None]), "a trunk that refuses is not silent"
        assert attempts(call) == [("first", code), ("second", 200)]
        assert [(each.attempts, each.answer_seizure_ratio, each.calls) for each in figures] == [
            (1, 0.0, 0),
            (1, 1.0, 0),
        ]
        assert figures[1].average_duration_s is not None
        assert (figures[1].post_dial_delay_p95_ms or 0) > 0
        assert ended.by_us
        assert [type(each) for each in call.seen].count(HungUp) == 1
        assert len(invites(first)) == 1
        assert second.received("INVITE")[0].header("call-id").strip() == call.leg.sip_call_id


@pytest.mark.parametrize("code", [404, 410, 484, 486, 600, 603, 604, 606, 607, 608])
async def test_what_a_person_or_a_network_answers_is_the_end_of_it(open_line: OpenLine, code: int) -> None:
    async with carrier(f"{code} No") as first, carrier("486 Busy Here") as second:
        async with open_line(trunks=two(first.port, second.port)) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            ended = await call.ends()

        assert (ended.sip_code, attempts(call)) == (code, [("first", code)])
        assert not second.requests


async def test_a_trunk_that_answers_nothing_is_given_up_after_its_timeout(open_line: OpenLine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        async with carrier("486 Busy Here") as second:
            trunks = two(silent.getsockname()[1], second.port, timeout_s=1.0)
            async with open_line(trunks=trunks) as line:
                call = Watch(await line.agent.dial(ASKED)).start()
                ended = await call.ends()

        tried = [each for each in call.seen if isinstance(each, TrunkTried)]
        assert (tried[0].trunk, tried[0].sip_reason, tried[0].q850_cause) == ("first", "The trunk did not answer", 102)
        assert tried[0].ms >= 1000
        assert ended.sip_code == 486


async def test_a_trunk_that_nobody_listens_at_is_followed_by_the_next(open_line: OpenLine) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
    async with carrier("486 Busy Here") as second:
        trunks = [trunk_to(closed, "first", parameters=";transport=tcp"), trunk_to(second.port, "second", priority=1)]
        async with open_line(trunks=trunks) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            ended = await call.ends()

        assert [trunk for trunk, _ in attempts(call)] == ["first", "second"]
        assert ended.sip_code == 486


async def test_early_media_ends_the_search_though_the_trunk_fails_then(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    heard_then_failed = answers(183, "Session Progress", sdp(), to_tag=True) + answers(503, "Unavailable", to_tag=True)
    script = scenario(is_called(final=heard_then_failed))
    async with sipp(script, ports, keys={"ear": ear.port}) as first, carrier("486 Busy Here") as second:
        async with open_line(trunks=two(first.port, second.port)) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            ended = await call.ends()

        assert ended.sip_code == 503
        assert not second.requests


async def test_the_last_failure_is_the_calls_own_where_all_have_failed(open_line: OpenLine) -> None:
    async with carrier("503 Service Unavailable") as first, carrier("500 Server Internal Error") as second:
        async with open_line(trunks=two(first.port, second.port)) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            ended = await call.ends()

        assert (ended.sip_code, attempts(call)) == (500, [("first", 503), ("second", 500)])


async def test_a_host_that_asks_for_a_pause_is_asked_again_after_it(open_line: OpenLine) -> None:
    async with carrier("503 Service Unavailable\nRetry-After: 2 (mending)") as first, carrier("486 Busy") as second:
        async with open_line(trunks=two(first.port, second.port)) as line:
            for _ in range(2):
                await Watch(await line.agent.dial(ASKED)).start().ends()
            spared = len(invites(first))
            await asyncio.sleep(2.1)
            await Watch(await line.agent.dial(ASKED)).start().ends()

        assert (spared, len(invites(first)), len(invites(second))) == (1, 2, 3)


async def test_a_call_that_is_left_while_the_next_is_tried_goes_no_further(open_line: OpenLine) -> None:
    first, second = carrier("503 Service Unavailable"), carrier("180 Ringing")
    async with first as failing, second as ringing, open_line(trunks=two(failing.port, ringing.port)) as line:
        call = Watch(await line.agent.dial(ASKED)).start()
        await call.sees(TrunkTried)

        await call.leg.hang_up()

        async with within(10):
            while not any(each.startswith("CANCEL") for each in ringing.requests):
                await asyncio.sleep(0.02)


async def test_a_trunk_that_is_gone_when_its_turn_comes_leaves_the_last_answer(open_line: OpenLine) -> None:
    async with carrier("") as first, carrier("486 Busy Here") as second:
        trunks = two(first.port, second.port, timeout_s=1.0)
        async with open_line(trunks=trunks) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            await line.agent.use_trunks(trunks[:1])
            ended = await call.ends()

        assert ended.unheard == "The trunk did not answer"
        assert attempts(call) == [("first", 408), ("second", None)]
        assert not any(isinstance(each, RouteAdvanced) for each in call.seen)
