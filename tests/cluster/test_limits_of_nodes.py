"""Limits and paces of two and of eight real nodes on one PostgreSQL, as a carrier that SIPp plays meets them."""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.peers.nodes import nodes
from tests.peers.platform import NUMBER, Platform
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage
from tests.peers.sipp import sipp
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE = "+3225550199"
TALKS = "<Response><Pause length='300'/></Response>"
ALLOWED = 5
ASKED = 10
CREATED, TOO_MANY, FULL = 201, 429, 503

OF_NODES = pytest.mark.parametrize(
    "names", ["ab", pytest.param("abcdefgh", marks=pytest.mark.costly("eight whole nodes serve"))]
)


async def asks(telefoon: Platform, to: str = CALLEE) -> tuple[int, dict[str, Any]]:
    """What a node answers to an order of a call."""
    async with telefoon.client.post("calls", json={"from": NUMBER, "to": to, "flow": TALKS}) as response:
        return response.status, await response.json()


@OF_NODES
async def test_an_account_that_may_have_five_calls_has_five_over_all_nodes_and_again_when_one_is_killed(
    tmp_path: Path, ports: Ports, database: str, names: str
) -> None:
    script, keys = scenario(is_called(), gets_bye()), {"ear": ports.one()}
    async with (
        sipp(script, ports, keys=keys, calls=100) as carrier,
        nodes(tmp_path, ports, database, names, {"TRUNK": f"sip:127.0.0.1:{carrier.port}"}) as (a, *others),
    ):
        b = others[0]
        limit = ("policies", "set", "--account", "demo", "--set", f"calls_at_once={ALLOWED}")
        await asyncio.to_thread(a.telefoon, *limit)
        of_a = [(await a.place(CALLEE, flow=TALKS))["id"] for _ in range(2)]

        of_each = await asyncio.gather(*(taken_of_ten(node) for node in (a, *others)))

        of_a += of_each[0]
        of_others = [call_id for taken in of_each[1:] for call_id in taken]
        assert len(of_a) + len(of_others) == ALLOWED
        for call_id in (*of_a, *of_others):
            await b.call_when(call_id, "in-progress")
        assert len(called(carrier.received("INVITE"))) == ALLOWED

        await a.end(signal.SIGKILL)
        assert (await asks(b))[0] == TOO_MANY, "its calls count until they are closed"
        for call_id in of_a:
            await b.ended_call(call_id, within_s=30)

        again = await asyncio.gather(*(taken_of_ten(node) for node in others))
        assert sum(map(len, again)) == len(of_a)


async def taken_of_ten(telefoon: Platform) -> list[str]:
    """The calls that a node takes of ten that are asked for at once; all others are against the limit."""
    answers = await asyncio.gather(*(asks(telefoon) for _ in range(ASKED)))
    refused = {body["type"] for status, body in answers if status != CREATED}
    assert refused <= {"urn:telefoon:rule:calls-at-once"}
    return [body["id"] for status, body in answers if status == CREATED]


@OF_NODES
async def test_a_campaign_goes_on_where_half_of_its_nodes_are_killed_and_nobody_is_called_twice_or_out_of_turn(
    tmp_path: Path, ports: Ports, database: str, names: str
) -> None:
    reached: list[str] = []

    def busy(request: str) -> str:
        if not request.startswith("INVITE"):
            return "200 OK"
        reached.append(request.split(" ", 2)[1].partition(":")[2].partition("@")[0])
        return "486 Busy Here"

    async with (
        sip_answerer(busy) as carrier,
        nodes(tmp_path, ports, database, names, {"TRUNK": f"sip:127.0.0.1:{carrier.port}"}) as every,
    ):
        killed, (b, *_) = every[: len(every) // 2], every[len(every) // 2 :]
        a = killed[0]
        await asyncio.to_thread(a.telefoon, "accounts", "pace", "demo", "--calls-per-s", "0.4", "--queue", "8")
        asked = [(await killed[at % len(killed)].place(number(at), flow=TALKS))["id"] for at in range(8)]
        last = await b.get(f"calls/{asked[7]}")
        assert 2 <= last["queue_position"] <= 8, "any node tells it"
        await b.delete(f"calls/{asked[6]}")
        await eventually(lambda: len(reached) >= 2, within_s=30, otherwise=lambda: str(reached))

        for each in killed:
            await each.end(signal.SIGKILL)

        await eventually(lambda: number(7) in reached, within_s=90, otherwise=lambda: str(reached))
        once = Counter(reached)
        first = sorted(once, key=reached.index)
        assert first == sorted(first), "in their order"
        assert number(6) not in once, "it was cancelled by the other node"
        ended = [await b.ended_call(call_id, within_s=30) for call_id in asked]
        assert [each["status"] for each in ended[4:]] == ["busy", "busy", "canceled", "busy"]
        assert {each["status"] for each in ended[:4]} <= {"busy", "failed"}, "one that the kill has met may have failed"


async def test_a_trunk_carries_no_more_calls_of_two_nodes_than_it_may_and_the_node_that_wants_them_gets_all(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    script, keys = scenario(is_called(), gets_bye()), {"ear": ports.one()}
    async with (
        sipp(script, ports, keys=keys, calls=100) as carrier,
        nodes(tmp_path, ports, database) as (a, b),
    ):
        trunk = ("trunks", "add", "carrier", "--host", f"127.0.0.1:{carrier.port}", "--set", "max_calls_out=3")
        await asyncio.to_thread(a.telefoon, *trunk)

        of_b = await gets(b, 3)

        assert {(await asks(node))[0] for node in (a, b) for _ in range(3)} == {FULL}
        assert len(called(carrier.received("INVITE"))) == 3
        await b.end(signal.SIGKILL)
        for call_id in of_b:
            await a.ended_call(call_id, within_s=30)
        await gets(a, 3)
        await eventually(
            lambda: len(called(carrier.received("INVITE"))) == 6,
            within_s=20,
            otherwise=lambda: str(called(carrier.received("INVITE"))),
        )


async def gets(telefoon: Platform, calls: int) -> list[str]:
    """So many calls of a node, which asks again where its share of the trunk does not let them begin yet."""
    begun: list[str] = []

    async def look() -> bool:
        status, body = await asks(telefoon)
        assert status in (CREATED, FULL), body
        begun.extend([body["id"]] if status == CREATED else [])
        return len(begun) == calls

    async with asyncio.timeout(60):
        while not await look():
            await asyncio.sleep(0.3)
    return begun


def number(at: int) -> str:
    return f"+32255560{at:02}"


def called(invites: Sequence[SipMessage]) -> set[str]:
    """The calls of some INVITEs, by their Call-ID."""
    return {each.header("call-id") for each in invites}
