"""A campaign on the wire: its calls reach the trunk evenly, in order, in turn with another account's, once each."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest

from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

FLOW = '<Response><Pause length="40"/></Response>'
OTHERS_NUMBER = "+3225550110"
SURELY_S = 0.5
"""So far apart calls arrive also where the machine is busy with other things."""


@dataclass(slots=True)
class BusyTrunk:
    """Notes whom it is to reach, and when, and says that they are busy."""

    reached: dict[str, float] = field(default_factory=dict)
    invites: list[str] = field(default_factory=list)

    def __call__(self, request: str) -> str:
        if not request.startswith("INVITE"):
            return "200 OK"
        called = request.split(" ", 2)[1].partition(":")[2].partition("@")[0]
        if called not in self.reached:
            self.invites.append(called)
        self.reached.setdefault(called, time.monotonic())
        return "486 Busy Here"

    async def reaches(self, called: str) -> None:
        await eventually(lambda: called in self.reached, within_s=30, otherwise=lambda: f"{called}: {self.invites}")

    def apart_s(self, *called: str) -> list[float]:
        """Seconds between calls that follow each other."""
        at = [self.reached[each] for each in called]
        return [later - earlier for earlier, later in pairwise(at)]


def number(at: int) -> str:
    return f"+32255560{at:02}"


@asynccontextmanager
async def campaign(folder: Path, ports: Ports) -> AsyncIterator[tuple[Platform, BusyTrunk]]:
    """A platform whose account begins one call a second."""
    trunk = BusyTrunk()
    async with sip_answerer(trunk) as carrier:
        settings = {"TRUNK": f"sip:127.0.0.1:{carrier.port}"}
        async with platform(folder, ports, settings) as telefoon:
            await asyncio.to_thread(telefoon.telefoon, "accounts", "pace", "demo", "--calls-per-s", "1", "--queue", "6")
            yield telefoon, trunk


async def place(telefoon: Platform, at: int, callback: str | None = None) -> dict[str, object]:
    more = {"status_callback": callback} if callback else {}
    return await telefoon.place(number(at), flow=FLOW, **more)


async def test_calls_reach_the_trunk_evenly_and_in_order_and_one_that_is_cancelled_never_does(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with campaign(tmp_path, ports) as (telefoon, trunk):
        calls = [await place(telefoon, at, shop.url("/status")) for at in range(5)]
        assert {call["status"] for call in calls} == {"queued"}
        waits = await telefoon.get(f"calls/{calls[4]['id']}")
        assert waits["queue_position"] in range(1, 6)

        await telefoon.delete(f"calls/{calls[3]['id']}")
        await trunk.reaches(number(4))

        assert trunk.invites == [number(at) for at in (0, 1, 2, 4)]
        assert all(apart >= SURELY_S for apart in trunk.apart_s(*trunk.invites))
        ended = [await telefoon.ended_call(str(call["id"])) for call in calls]
        assert [call["status"] for call in ended] == ["busy", "busy", "busy", "canceled", "busy"]
        assert all("queue_position" not in call for call in ended)
        told = await shop.is_asked("/status", times=10, within_s=30)
        of_cancelled = [form["CallStatus"] for form in told if form["To"] == number(3)]
        assert of_cancelled == ["queued", "canceled"]


async def test_beyond_the_limit_of_the_line_a_call_is_refused_with_when_to_ask_again(
    tmp_path: Path, ports: Ports
) -> None:
    async with campaign(tmp_path, ports) as (telefoon, _):
        answers = []
        for at in range(20):
            body = {"from": NUMBER, "to": number(at), "flow": FLOW}
            async with telefoon.client.post("calls", json=body) as response:
                answers.append((response.status, response.headers.get("Retry-After"), await response.json()))

        refused = [each for each in answers if each[0] != 201]
        assert refused, "twenty calls do not find a place in a line of six"
        assert {(status, again) for status, again, _ in refused} == {(429, "1")}
        assert {problem["type"] for _, _, problem in refused} == {"urn:telefoon:rule:calls-queued"}


async def test_an_account_with_one_call_does_not_wait_for_the_whole_campaign_of_another(
    tmp_path: Path, ports: Ports
) -> None:
    async with campaign(tmp_path, ports) as (telefoon, trunk):
        key = (await asyncio.to_thread(telefoon.telefoon, "keys", "create", "--account", "other")).split()[-1]
        await asyncio.to_thread(telefoon.telefoon, "numbers", "add", OTHERS_NUMBER, "--account", "other")
        await asyncio.to_thread(telefoon.telefoon, "accounts", "pace", "other", "--calls-per-s", "1")
        for at in range(6):
            await place(telefoon, at)
        order = {"from": OTHERS_NUMBER, "to": number(9), "flow": FLOW}
        await _placed(telefoon.client, key, order)

        await trunk.reaches(number(5))

        assert trunk.invites.index(number(9)) < trunk.invites.index(number(4))
        assert [each for each in trunk.invites if each != number(9)] == [number(at) for at in range(6)]


async def test_after_a_kill_those_that_waited_are_called_in_their_order_and_nobody_twice(
    tmp_path: Path, ports: Ports
) -> None:
    async with campaign(tmp_path, ports) as (telefoon, trunk):
        calls = [await place(telefoon, at) for at in range(6)]
        await trunk.reaches(number(1))
        assert await telefoon.end(signal.SIGKILL) == -signal.SIGKILL
        before = list(trunk.invites)

        await telefoon.start()
        await trunk.reaches(number(5))

        after = trunk.invites[len(before) :]
        assert before + after == sorted(set(trunk.invites))
        ended = [(await telefoon.ended_call(str(call["id"])))["status"] for call in calls]
        assert ended[-3:] == ["busy", "busy", "busy"]
        assert set(ended) <= {"busy", "failed"}, "one that the kill has met may have failed"


async def _placed(client: aiohttp.ClientSession, key: str, order: dict[str, str]) -> None:
    async with client.post("calls", json=order, headers={"X-API-Key": key}) as response:
        assert response.status == 201, await response.text()
