"""The REST interface under a million rows of calls, while a hundred calls are up: lists, one call, a new one."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.call_rows import OTHER_NUMBERS
from bench.crowds import Crowd, called, present
from bench.filled_node import FilledNode
from bench.node import NUMBER, Node
from bench.process import cpu_share, usage
from bench.scenario import Place, Scenario
from bench.scripts import calls, hangs_up, is_called, is_hung_up_on, script, stays, talks
from bench.statistics import percentiles
from bench.web import serving

ROWS: Final = 1_000_000
CALLS: Final = 100
PER_SECOND: Final = 25
EACH_S: Final = 3.0
"""For each kind of request, one after another."""
MOST: Final = 200
RATE: Final = 200
"""Requests a second of lists and single calls, for the figures at a rate; at most RATE wait at once."""
_SETTLES_S: Final = 3.0
_LAST_S: Final = 10.0
_PAGE: Final = 50
_BRIEF_CALLS: Final = 2
_PARTNER: Final = f"+32255{OTHER_NUMBERS // 2:07}"

Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Filled:
    """A node that is started for each load, which is how many rows it has."""

    place: Place
    postgres: bool

    async def measure(self, load: int) -> dict[str, float]:
        async with (
            serving({"/flow": '<Response><Gather timeout="600"/></Response>'}) as web,
            called(script(is_called(), is_hung_up_on()), CALLS, self.place) as callees,
            FilledNode(load, self.postgres).running(
                self.place, {"CODECS": "PCMA", "TRUNK": f"sip:127.0.0.1:{callees.port}"}, {"--url": web.url("/flow")}
            ) as one,
        ):
            count = _BRIEF_CALLS if self.place.brief else CALLS
            crowd = Crowd(script(calls(), talks(), stays(), hangs_up()), count, PER_SECOND, 300, NUMBER)
            async with present(crowd, one.sip_port, self.place):
                await asyncio.sleep(_SETTLES_S)
                up = (await one.get("calls", status="in-progress", page_size="1"))["total"]
                return {"failed": float(count - up), **await _asked(one, load)}


async def _asked(one: Node, rows: int) -> dict[str, float]:
    beside = await cpu_share(one.pid, _SETTLES_S)
    known = (await one.get("calls", page_size="1", page="2"))["calls"][0]["id"]
    order = {"from": NUMBER, "to": "+3225550199", "flow": "<Response><Hangup/></Response>"}
    kinds: dict[str, Ask] = {
        "list": lambda: one.get("calls"),
        "last_page": lambda: one.get("calls", page=str(max(1, rows // _PAGE)), page_size=str(_PAGE)),
        "from": lambda: one.get("calls", **{"from": _PARTNER}),
        "status": lambda: one.get("calls", status="in-progress"),
        "get": lambda: one.get(f"calls/{known}"),
        "create": lambda: one.post("calls", order),
    }
    figures: dict[str, float] = {}
    for name, ask in kinds.items():
        took_ms, cpu_ms = await _in_turn(one, ask, beside)
        figures |= {**percentiles(f"{name}_ms", took_ms, 0.5, 0.99), f"{name}_cpu_ms": cpu_ms}
    took_ms, unanswered = await _at_a_rate([kinds["list"], kinds["get"]])
    at_rate = percentiles("at_200_ms", took_ms, 0.5, 0.99)
    return {**figures, **at_rate, "at_200_unanswered": float(unanswered)}


async def _in_turn(one: Node, ask: Ask, beside: float) -> tuple[list[float], float]:
    """How long each took, and what CPU one takes beyond the share of a core that the calls do."""
    took_ms: list[float] = []
    began, before = time.monotonic(), usage(one.pid).cpu_s
    while len(took_ms) < MOST and (not took_ms or time.monotonic() - began < EACH_S):
        asked = time.monotonic()
        await ask()
        took_ms.append(1000 * (time.monotonic() - asked))
    elapsed = time.monotonic() - began
    return took_ms, 1000 * (usage(one.pid).cpu_s - before - beside * elapsed) / len(took_ms)


async def _at_a_rate(kinds: list[Ask]) -> tuple[list[float], int]:
    """How long each took, and how many had no answer by the end, or were not sent as too many waited."""
    took_ms: list[float] = []

    async def timed(ask: Ask) -> None:
        asked = time.monotonic()
        try:
            await ask()
        except (RuntimeError, aiohttp.ClientError):
            return  # it is among the unanswered
        took_ms.append(1000 * (time.monotonic() - asked))

    count = int(RATE * EACH_S)
    waiting: set[asyncio.Task[None]] = set()
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        waiting = {each for each in waiting if not each.done()}
        if len(waiting) < RATE:
            waiting.add(asyncio.create_task(timed(kinds[number % len(kinds)])))
    if waiting:
        _, late = await asyncio.wait(waiting, timeout=_LAST_S)
        for each in late:
            each.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    return took_ms, count - len(took_ms)


@dataclass(frozen=True, slots=True)
class Api:
    name: str
    postgres: bool = False

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Filled]:
        yield Filled(place, self.postgres)


def _api(name: str, side: Api, asks: str) -> Scenario:
    return Scenario(name, asks, side, None, (ROWS,), "list_ms_p99", scales=False, most_rounds=1, longest_s=600)


SCENARIOS: Final = (
    _api("api", Api("ours"), "lists, one call and new calls, by REST, under so many rows and 100 calls; SQLite"),
    _api("api-postgresql", Api("ours", postgres=True), "the same on PostgreSQL"),
)
