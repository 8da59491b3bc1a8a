"""Calls of a second with two workers behind Kamailio, beside one node that has both cores; each with a PostgreSQL.

A machine that can't take a call says so (503, Retry-After), so more calls than it can take tell how many it sets up.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.crowds import Crowd, call
from bench.hindrance import beside
from bench.node import NUMBER, complaints_of
from bench.scenario import Place, Scenario
from bench.scenarios.setup import LATE_MS
from bench.scripts import calls, is_hung_up_on, leaves_if_refused, script
from bench.statistics import of_set_up
from bench.web import serving
from bench.workers import MeasuredMachine, Shares, cpu_per_call, machine

RATES: Final = (40, 120, 200)
"""Calls a second. The first tells what a call costs, as nothing is in its way; the others how many are taken."""
OFFERED_S: Final = 12.0
"""And as long, at the first of them, before anything is measured: the first calls of a process cost more."""
WORKERS: Final = 2
CALCULATED: Final = (4, 8, 16, 32)
"""How many workers the rate is calculated for, on as many cores."""
BUSY: Final = 0.75
"""The part of all cores that such a machine has for calls, with its callers elsewhere."""
_BRIEF_S: Final = 0.5
_IDLE_S: Final = 4.0
_SETTLES_S: Final = 3.0
_FLOW: Final = '<Response><Gather timeout="1"/></Response>'
_SETTINGS: Final = {"CODECS": "PCMA"}


def calculated(cpu_ms_per_call: float) -> dict[str, float]:
    """Calls a second of more workers: so many as take the BUSY part of a core for each.

    It holds as long as a call costs as much there, and PostgreSQL's locks and disk are in nobody's way.
    """
    return {f"calculated_per_s_of_{workers}": 1000 * BUSY * workers / cpu_ms_per_call for workers in CALCULATED}


def answered(setup_ms: list[float], offered_s: float) -> dict[str, float]:
    """How many a second were answered, and how many of them within LATE_MS, of all offered in so many seconds."""
    in_time = sum(each <= LATE_MS for each in setup_ms)
    return {"answered_per_s": len(setup_ms) / offered_s, "in_time_per_s": in_time / offered_s}


def at_ease(cpu_ms_per_call: float, usual_ms: float, then_ms: float) -> dict[str, float]:
    """A call's CPU on a machine that has time: what the same work took more while calls came is taken off.

    A piece of work takes `usual_ms` of CPU without calls, and `then_ms` while they come.
    """
    slowed = then_ms / usual_ms
    return {"work_takes_more": slowed, "cpu_ms_per_call_at_ease": cpu_ms_per_call / slowed}


@dataclass(frozen=True, slots=True)
class CalledMachine:
    """A machine that is called; it hangs up after a second."""

    machine: MeasuredMachine
    idle: Shares
    usual_ms: float
    """What a piece of work takes of CPU without calls (bench/hindrance.py)."""
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        offered_s = _BRIEF_S if self.place.brief else OFFERED_S
        count = int(load * offered_s)
        steps = script(calls(may_be_refused=True), is_hung_up_on(), leaves_if_refused())
        before, began_s = self.machine.spent(), time.monotonic()
        crowd = Crowd(steps, count, load, length_s=1, service=NUMBER)
        with beside() as pieces:
            outcome = await call(crowd, self.machine.one.sip_port, self.place)
        rest = await self.machine.idle(_SETTLES_S)
        after, seconds = self.machine.spent(), time.monotonic() - began_s
        setup_ms = list(outcome.setup_ms)
        if not setup_ms:
            ended = f"{outcome.failed} failed, {outcome.succeeded} were refused"
            raise RuntimeError(f"none of {count} calls was answered: {ended}\n{complaints_of(self.machine.one.log)}")
        refused = outcome.succeeded - len(setup_ms)
        cost = cpu_per_call(before, after, self.idle, seconds, len(setup_ms))
        return {
            "failed": float(outcome.failed),
            **answered(setup_ms, offered_s),
            "refused": float(refused),
            **cost,
            **at_ease(cost["cpu_ms_per_call"], self.usual_ms, pieces.usual_ms),
            **of_set_up(setup_ms),
            "idle_cores": sum(self.idle.values()),
            "idle_cores_after": sum(rest.values()),
            **(calculated(cost["cpu_ms_per_call"]) if self.machine.proxy_pid and not refused else {}),
        }


@dataclass(frozen=True, slots=True)
class Workers:
    name: str
    count: int

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CalledMachine]:
        async with (
            serving({"/flow": _FLOW}) as web,
            machine(place, self.count, _SETTINGS, {"--url": web.url("/flow")}) as one,
        ):
            warm = CalledMachine(one, dict.fromkeys(one.spent(), 0.0), 1.0, place)
            await warm.measure(RATES[0])
            with beside() as pieces:
                idle = await one.idle(_IDLE_S)
            yield CalledMachine(one, idle, pieces.usual_ms, place)


_TWO: Final = Workers("two workers", WORKERS)
_ONE: Final = Workers("one node", 1)
SCENARIOS: Final = (
    Scenario(
        "cluster-setup", "calls of a second: how many two workers behind Kamailio answer, beside one node; PostgreSQL",
        _TWO, _ONE, RATES, "answered_per_s", scales=False, by_name_only=True,
    ),
    Scenario(
        "cluster-cpu", "the same: what a call takes of all processes, be they node, Kamailio or PostgreSQL",
        _TWO, _ONE, RATES, "cpu_ms_per_call", scales=False, by_name_only=True,
    ),
)  # fmt: skip
