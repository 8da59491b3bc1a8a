"""What a call costs to be placed at /2010-04-01, beside the same call at /v1/voice.

Requests go by turns to the one and the other, each once the last has its answer, and who comes first changes; what is
compared is the ratio of the medians. Either places a call with its flow inline, which a phone answers and the flow
ends.
"""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.crowds import called
from bench.node import NUMBER, Node, node, telefoon
from bench.process import quiet
from bench.scenario import Place, Scenario
from bench.scripts import is_called, is_hung_up_on, script
from bench.statistics import percentiles

PLACED: Final = 200
CALLEE: Final = "+3225550199"
FLOW: Final = "<Response><Hangup/></Response>"

_APART_S: Final = 0.2
"""After each, in which its call is set up and over: else that work would meet the next request, of the other door."""
_BRIEFLY: Final = 3
_WARM: Final = 5
_NO_LIMITS: Final = {"API_RATE_PER_KEY": "0", "API_RATE_PER_ADDRESS": "0"}
_MOST: Final = 100
"""Calls at once that the phones take."""

Door = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Doors:
    """A node, and the account for which both doors are opened by one key."""

    node: Node
    account: str
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        """`load` calls at each of the two."""
        count = _BRIEFLY if self.place.brief else load
        own_ms: list[float] = []
        field_ms: list[float] = []
        doors = [(self.at_v1, own_ms), (self.at_2010, field_ms)]
        for _ in range(count):
            for door, took_ms in doors:
                took_ms.append(await _took_ms(door))
            doors.reverse()
        await quiet(self.node.pid)
        return {
            "failed": 0.0,
            **percentiles("v1_ms", own_ms, 0.5, 0.99),
            **percentiles("v2010_ms", field_ms, 0.5, 0.99),
            "v2010_by_v1": statistics.median(field_ms) / statistics.median(own_ms),
        }

    async def at_v1(self) -> None:
        await self.node.post("calls", {"from": NUMBER, "to": CALLEE, "flow": FLOW})

    async def at_2010(self) -> None:
        form = {"From": NUMBER, "To": CALLEE, "Twiml": FLOW}
        key = self.node.client.headers["X-API-Key"]
        async with self.node.client.post(
            f"/2010-04-01/Accounts/{self.account}/Calls.json",
            data=form,
            headers={"Authorization": aiohttp.encode_basic_auth(self.account, key)},
        ) as response:
            answer = await response.json()
            if not response.ok:
                raise RuntimeError(f"{response.status} {answer}")


async def _took_ms(door: Door) -> float:
    asked = time.monotonic()
    await door()
    took_ms = 1000 * (time.monotonic() - asked)
    await asyncio.sleep(_APART_S)
    return took_ms


@dataclass(frozen=True, slots=True)
class OurDoors:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Doors]:
        async with (
            called(script(is_called(), is_hung_up_on()), _MOST, place) as callees,
            node(place, {"CODECS": "PCMA", "TRUNK": f"sip:127.0.0.1:{callees.port}", **_NO_LIMITS}) as one,
        ):
            (account,) = json.loads(await telefoon(place, one.settings, "accounts", "list", "--json"))
            doors = Doors(one, account["id"], place)
            for _ in range(_WARM):
                await doors.at_v1()
                await doors.at_2010()
            await quiet(one.pid)
            yield doors


SCENARIOS: Final = (
    Scenario(
        "doors", "placing a call at /2010-04-01, beside the same at /v1/voice", OurDoors(), None,
        (PLACED,), "v2010_by_v1", scales=False, by_name_only=True, most_rounds=3,
    ),
)  # fmt: skip
