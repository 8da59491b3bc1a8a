"""Calls of a second at a rising rate, until one fails or is set up late: inbound by a webhook, outbound by REST."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.asterisk_server import PASSWORD, USER, Way, asterisk_server
from bench.crowds import Callees, Crowd, call, called
from bench.node import NUMBER, node
from bench.process import quiet, usage
from bench.scenario import Place, Scenario
from bench.scripts import calls, is_called, is_hung_up_on, script
from bench.statistics import of_set_up, percentile
from bench.web import serving

RATES: Final = (10, 20, 30, 45, 70, 110, 180, 300)
STEP_S: Final = 3.0
LEAST_CALLS: Final = 20
LATE_MS: Final = 200.0
_FLOW: Final = '<Response><Gather timeout="1"/></Response>'
"""A pause alone would not answer."""
_LAST_S: Final = 10.0
_LOOK_S: Final = 0.2
_LOG: Final = re.compile(r"(\+\d+)\D.*\b(\d{10}\.\d+)")
_SAME_WORK: Final = {"CODECS": "PCMA"}


def figures(calls_: int, succeeded: int, setup_ms: list[float], cpu_s: float) -> dict[str, float]:
    """A rate is clean if every call succeeded and 99 of 100 were set up within LATE_MS."""
    if not setup_ms:
        return {"failed": float(calls_)}
    late = sum(each > LATE_MS for each in setup_ms)
    return {
        "failed": float(calls_ - succeeded),
        "late": float(late if percentile(setup_ms, 0.99) > LATE_MS else 0),
        "cpu_ms_per_call": 1000 * cpu_s / calls_,
        **of_set_up(setup_ms),
    }


@dataclass(frozen=True, slots=True)
class Inbound:
    """A server that is called; it hangs up after a second."""

    pid: int
    sip_port: int
    service: str
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        count = load if self.place.brief else max(int(load * STEP_S), LEAST_CALLS)
        before = usage(self.pid).cpu_s
        crowd = Crowd(script(calls(), is_hung_up_on()), count, load, service=self.service, length_s=1)
        outcome = await call(crowd, self.sip_port, self.place)
        await quiet(self.pid)
        return figures(count, outcome.succeeded, list(outcome.setup_ms), usage(self.pid).cpu_s - before)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A server that is asked to call; set-up is from the request to the INVITE at who is called."""

    pid: int
    callees: Callees
    ask: Callable[[str], Awaitable[None]]
    """For a call to this number. Raises RuntimeError where it is refused."""

    async def measure(self, load: int) -> dict[str, float]:
        count = max(int(load * STEP_S), LEAST_CALLS)
        known = len(self.callees.log())
        before = usage(self.pid).cpu_s
        asked: dict[str, float] = {}
        refusals: list[str] = []
        async with asyncio.TaskGroup() as group:
            began = time.monotonic()
            for number in range(count):
                await asyncio.sleep(max(0.0, began + number / load - time.monotonic()))
                group.create_task(self._one(f"+3225{known + number:06}", asked, refusals))
        if not asked:
            raise RuntimeError(f"every request was refused: {refusals[-1]}")
        await self._all_called(known + len(asked))
        await quiet(self.pid)
        came = dict(_arrivals(self.callees.log()[known:]))
        setup_ms = [1000 * (came[number] - at) for number, at in asked.items() if number in came]
        return figures(count, len(setup_ms), setup_ms, usage(self.pid).cpu_s - before)

    async def _one(self, number: str, asked: dict[str, float], refusals: list[str]) -> None:
        at = time.time()
        try:
            await self.ask(number)
        except (RuntimeError, aiohttp.ClientError) as refusal:
            refusals.append(str(refusal))  # such a call has not been set up, and counts as failed
        else:
            asked[number] = at

    async def _all_called(self, count: int) -> None:
        ends = time.monotonic() + _LAST_S
        while len(self.callees.log()) < count and time.monotonic() < ends:  # noqa: ASYNC110 (SIPp writes it)
            await asyncio.sleep(_LOOK_S)


def _arrivals(log: list[str]) -> list[tuple[str, float]]:
    found = (_LOG.search(line) for line in log)
    return [(each[1], float(each[2])) for each in found if each]


@dataclass(frozen=True, slots=True)
class OurInbound:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Inbound]:
        async with serving({"/flow": _FLOW}) as web, node(place, _SAME_WORK, {"--url": web.url("/flow")}) as one:
            yield await _warm(Inbound(one.pid, one.sip_port, NUMBER, place))


@dataclass(frozen=True, slots=True)
class TheirInbound:
    name: str
    extension: str
    way: Way

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Inbound]:
        async with serving({"/flow": _FLOW}) as web, asterisk_server(place, self.way, web=web.url("")) as one:
            yield await _warm(Inbound(one.pid, one.sip_port, self.extension, place))


async def _warm(server: Inbound) -> Inbound:
    await server.measure(5)
    return server


@dataclass(frozen=True, slots=True)
class OurOutbound:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Outbound]:
        async with called(_callee(), 1000, place) as callees:
            settings = _SAME_WORK | {"TRUNK": f"sip:127.0.0.1:{callees.port}"}
            async with node(place, settings) as one:

                async def ask(number: str) -> None:
                    await one.post("calls", {"from": NUMBER, "to": number, "flow": _FLOW})

                yield await _warm_outbound(Outbound(one.pid, callees, ask))


@dataclass(frozen=True, slots=True)
class TheirOutbound:
    """Asterisk placing calls by ARI, its REST interface."""

    name: str = "asterisk"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Outbound]:
        async with (
            called(_callee(), 1000, place) as callees,
            asterisk_server(place, Way(ari=True), callee_port=callees.port) as one,
            aiohttp.ClientSession(
                f"http://127.0.0.1:{one.http_port}/ari/", auth=aiohttp.BasicAuth(USER, PASSWORD)
            ) as client,
        ):

            async def ask(number: str) -> None:
                target = f"PJSIP/callee/sip:{number}@127.0.0.1:{callees.port}"
                order = {"endpoint": target, "context": "calls", "extension": "second", "priority": 1}
                async with client.post("channels", json=order) as response:
                    if not response.ok:
                        raise RuntimeError(f"{response.status} {await response.text()}")

            yield await _warm_outbound(Outbound(one.pid, callees, ask))


async def _warm_outbound(server: Outbound) -> Outbound:
    await server.measure(5)
    return server


def _callee() -> str:
    return script(is_called(logged=True), is_hung_up_on())


_COMPARED: Final = "cpu_ms_per_call"
_OURS: Final = OurInbound()
SCENARIOS: Final = (
    Scenario(
        "setup", "a call of a second, its flow asked of a web server; beside a bare dialplan",
        _OURS, TheirInbound("asterisk", "second", Way()), RATES, _COMPARED, rising=True, scales=False,
    ),
    Scenario(
        "setup-alike", "the same; beside a dialplan that asks the same web server and keeps a row of each call",
        _OURS, TheirInbound("asterisk", "second_asked", Way(as_ours=True)), RATES, _COMPARED, rising=True, scales=False,
    ),
    Scenario(
        "setup-outbound", "a call of a second, asked for by REST with its flow; beside ARI",
        OurOutbound(), TheirOutbound(), RATES, _COMPARED, rising=True, scales=False,
    ),
)  # fmt: skip
