"""A SIP proxy of ours is believed when it says who has sent what it passes on; nobody else is."""

import asyncio
from ipaddress import ip_network
from typing import Final

import pytest

from engine.model.ban import TurnedAwayReason
from engine.model.trunk import Trunk, trunk_at
from engine.ports import HungUp
from sip.config import PeersDue, StrangersDue
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

PROXY: Final = "127.0.0.2"
PROXIES: Final = (ip_network("127.0.0.2/32"),)
ELSEWHERE: Final = (ip_network("198.51.100.0/24"),)
"""The only networks that may call, so that this machine is a stranger."""
CARRIER: Final = "192.0.2.7"
FROM_CARRIER: Final = f"X-Telefoon-Source: udp:{CARRIER}:5060"
FROM_STRANGER: Final = "X-Telefoon-Source: tls:203.0.113.9:40000"
QUIET_S: Final = 0.6


def carrier() -> Trunk:
    return trunk_at(f"sip:{CARRIER}:5060", "carrier-a")


async def test_a_call_is_of_the_trunk_from_whose_address_the_proxy_has_it(open_line: OpenLine) -> None:
    async with (
        open_line(allow=ELSEWHERE, proxies=PROXIES, trunk=carrier()) as line,
        raw_caller(line.port, PROXY) as proxy,
    ):
        asking = asyncio.create_task(proxy.asks("INVITE", FROM_CARRIER, "X-Customer: 7", body=audio()))
        leg, arrival = await line.takes()
        await leg.answer()
        assert (await asking).code == 200

        assert (arrival.source, arrival.trunk) == (f"{CARRIER}:5060", "carrier-a")


async def test_what_the_proxy_says_is_told_no_flow(open_line: OpenLine) -> None:
    async with (
        open_line(allow=[*ELSEWHERE, ip_network(f"{CARRIER}/32")], proxies=PROXIES) as line,
        raw_caller(line.port, PROXY) as proxy,
    ):
        proxy.request("INVITE", FROM_CARRIER, "X-Customer: 7", body=audio())
        _, arrival = await line.takes()

        assert arrival.headers == (("X-Customer", "7"),)


async def test_nobody_else_is_believed(open_line: OpenLine) -> None:
    async with (
        open_line(allow=ELSEWHERE, proxies=PROXIES, trunk=carrier()) as line,
        raw_caller(line.port, HOST) as stranger,
    ):
        stranger.request("INVITE", FROM_CARRIER, body=audio())
        await asyncio.sleep(QUIET_S)

        assert stranger.seen == []
        assert line.arrivals.empty()


@pytest.mark.parametrize(
    "told",
    [
        [FROM_STRANGER],
        [FROM_CARRIER, FROM_CARRIER],
        [FROM_STRANGER, FROM_CARRIER],
        [f"X-Telefoon-Source: {CARRIER}"],
        ["X-Telefoon-Source: udp:carrier.example:5060"],
        ["X-Telefoon-Source: udp:"],
        ["X-Telefoon-Source:"],
    ],
)
async def test_a_stranger_behind_the_proxy_is_refused_so_that_no_other_node_is_asked(
    open_line: OpenLine, told: list[str]
) -> None:
    async with (
        open_line(allow=ELSEWHERE, proxies=PROXIES, trunk=carrier()) as line,
        raw_caller(line.port, PROXY) as proxy,
    ):
        answer = await proxy.asks("INVITE", *told, body=audio())

        assert answer.code == 403
        assert line.arrivals.empty()


async def test_a_flooder_behind_the_proxy_is_banned_and_the_proxy_is_not(open_line: OpenLine) -> None:
    due = StrangersDue(messages_per_s=3)
    async with (
        open_line(allow=ELSEWHERE, strangers=due, proxies=PROXIES, trunk=carrier()) as line,
        raw_caller(line.port, PROXY) as proxy,
    ):
        for _ in range(20):
            proxy.request("OPTIONS", FROM_STRANGER)
        await asyncio.sleep(QUIET_S)
        news = await line.agent.door.take_news()

        assert [str(each.source) for each in news.bans] == ["203.0.113.9/32"]
        assert {each.reason for each in news.messages} == {TurnedAwayReason.STRANGER, TurnedAwayReason.LIMIT,
                                                           TurnedAwayReason.BANNED}  # fmt: skip
        assert (await proxy.asks("OPTIONS")).code == 200


async def test_a_node_that_takes_no_calls_says_so_to_who_asks_while_dialogs_go_on(open_line: OpenLine) -> None:
    async with (
        open_line(allow=ELSEWHERE, proxies=PROXIES, trunk=carrier()) as line,
        raw_caller(line.port, PROXY) as asking,
        raw_caller(line.port, PROXY) as proxy,
    ):
        call = await in_a_call(line, proxy, audio(), FROM_CARRIER)
        assert (await asking.asks("OPTIONS")).code == 200

        await line.agent.register(wanted=False)
        draining, within = await asking.asks("OPTIONS"), await proxy.asks("OPTIONS", FROM_CARRIER)
        await line.agent.register(wanted=True)
        again = await asking.asks("OPTIONS")

        assert [draining.code, within.code, again.code] == [503, 200, 200]
        assert not has_ended(call)


async def test_within_a_call_only_those_are_heard_through_the_proxy_whom_it_is_with(open_line: OpenLine) -> None:
    async with (
        open_line(allow=[*ELSEWHERE, ip_network("203.0.113.8/32")], proxies=PROXIES) as line,
        raw_caller(line.port, PROXY) as proxy,
    ):
        call = await in_a_call(line, proxy, audio(), "X-Telefoon-Source: udp:203.0.113.8:5060")

        proxy.request("BYE", FROM_STRANGER)
        await asyncio.sleep(QUIET_S)
        assert not has_ended(call)

        from_another_port = await proxy.asks("BYE", "X-Telefoon-Source: udp:203.0.113.8:6000")
        assert from_another_port.code == 200
        await call.ends()


async def test_a_caller_behind_the_proxy_who_calls_too_many_wrong_numbers_is_told_to_wait(open_line: OpenLine) -> None:
    due = PeersDue(wrong_numbers_per_s=3)
    async with (
        open_line(allow=ELSEWHERE, peers=due, proxies=PROXIES, trunk=carrier()) as line,
        raw_caller(line.port, PROXY) as proxy,
    ):
        refusing = asyncio.create_task(refuse_all(line))
        answers = [await a_call_of_its_own(proxy) for _ in range(20)]
        refusing.cancel()

        assert answers[:6] == [404] * 6
        assert answers[-1] == 503


def has_ended(call: Watch) -> bool:
    return any(isinstance(each, HungUp) for each in call.seen)


async def refuse_all(line: Line) -> None:
    while True:
        leg, _ = await line.arrivals.get()
        await leg.refuse(404)


async def a_call_of_its_own(proxy: RawCaller) -> int | None:
    async with raw_caller(proxy.target, PROXY) as one:
        return (await one.asks("INVITE", FROM_CARRIER, body=audio())).code
