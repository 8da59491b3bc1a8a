"""100 people for ten minutes in one recorded room: does memory grow, does the recording keep time, do all stay in?

They are SIPp's (two-way G.711 A-law) and all talk.

Memory is what is resident of the server and its children, sampled every two seconds from a minute after everybody came
in; its growth is the median of the last whole minute less that of the first.

Drift is how much more a recording's length differs from the time between its start and its end by its row (`seconds`
against `ended_at` less `started_at`) after minutes than after seconds: both hold the time to open and to close a
recorder, some tens of milliseconds. So a short recording is made first, of the same room.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.crowds import present
from bench.process import usage
from bench.rooms import members_of
from bench.scenario import Place, Scenario
from tests.peers.callers import has
from tests.peers.customer import customer
from tests.peers.platform import NUMBER, OURS, Json, Platform, platform

LASTS_S: Final = 600.0
SETTINGS: Final = {"CODECS": "PCMA,PCMU", "SESSION_EXPIRES_S": "1800", "RTP_PORTS": "20000-24000"}
FLOW: Final = (
    '<Response><Dial><Conference beep="false" maxParticipants="250" record="record-from-start">hall'
    "</Conference></Dial></Response>"
)
LARGEST_GROWTH_KIB: Final = 4096
LARGEST_DRIFT_MS: Final = 50.0

_SHORT_S: Final = 5.0
_WARM_UP_S: Final = 60.0
_MINUTE_S: Final = 60.0
_SAMPLE_S: Final = 2.0
_COME_IN_S: Final = 120.0
_BRIEF_S: Final = 125.0
_KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server used at a time (monotonic seconds)."""

    at_s: float
    resident_bytes: int
    cpu_s: float


async def measure(place: Place, people: int) -> dict[str, float]:
    """One run against a fresh server."""
    folder = place.fresh("endurance")
    lasts_s = _BRIEF_S if place.brief else LASTS_S
    talking, _ = members_of(1, people, people)
    crowd = talking.crowd(NUMBER, lasts_s + 2 * _COME_IN_S)
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(customer(flow=FLOW))
        number = {"--url": shop.url("/flow")}
        telefoon = await stack.enter_async_context(platform(folder, place.ports, SETTINGS, number=number, notice=OURS))
        await stack.enter_async_context(present(crowd, telefoon.sip_port, place))
        await has(telefoon, "hall", people, within_s=_COME_IN_S)
        room = (await telefoon.get("conferences", friendly_name="hall"))["conferences"][0]["id"]
        await begun_anew(telefoon, room, folder)  # the first ran while people came in
        await asyncio.sleep(_SHORT_S)
        short = await begun_anew(telefoon, room, folder)
        await asyncio.sleep(_WARM_UP_S)
        samples = await watched(telefoon, room, people, lasts_s - _WARM_UP_S)

        await telefoon.patch(f"conferences/{room}", {"status": "completed"})
        recording, _ = await telefoon.recording(folder, conference_id=room)
    return {**of_memory(samples), **of_recordings(short, recording)}


async def begun_anew(telefoon: Platform, room: str, folder: Path) -> Json:
    """End the recording that runs, which is given, and begin another."""
    await telefoon.patch(f"conferences/{room}", {"recording": "stop"})
    ended, _ = await telefoon.recording(folder, conference_id=room)
    await telefoon.patch(f"conferences/{room}", {"recording": "start"})
    return ended


async def watched(telefoon: Platform, room: str, people: int, lasts_s: float) -> list[Sample]:
    """What the server uses meanwhile. Raises RuntimeError where somebody left."""
    samples: list[Sample] = []
    end_s = time.monotonic() + lasts_s
    while (now := time.monotonic()) < end_s:
        used = await asyncio.to_thread(usage, telefoon.pid)
        samples.append(Sample(now, used.resident_bytes, used.cpu_s))
        inside = (await telefoon.get(f"conferences/{room}"))["participant_count"]
        if inside != people:
            raise RuntimeError(f"{inside} of {people} are still in it")
        await asyncio.sleep(_SAMPLE_S)
    return samples


def of_memory(samples: list[Sample]) -> dict[str, float]:
    """Resident memory by the minute, its growth, and what it cost in CPU."""
    began, lasted = samples[0].at_s, samples[-1].at_s - samples[0].at_s
    minutes = range(max(1, int(lasted // _MINUTE_S)))
    by_minute = [
        statistics.median(
            each.resident_bytes / _KIB
            for each in samples
            if minute * _MINUTE_S <= each.at_s - began < (minute + 1) * _MINUTE_S
        )
        for minute in minutes
    ]
    return {
        **{f"resident_kib_minute_{minute + 1}": each for minute, each in enumerate(by_minute)},
        "resident_growth_kib": round(by_minute[-1] - by_minute[0]),
        "cpu": round((samples[-1].cpu_s - samples[0].cpu_s) / lasted, 3),
    }


def of_recordings(short: Json, long: Json) -> dict[str, float]:
    """How well the long one kept time, where the short one shows what opening and closing take."""
    return {
        "recording_s": long["seconds"],
        "recording_longer_than_its_row_ms": round(longer_ms(long), 1),
        "recording_drift_ms": round(longer_ms(long) - longer_ms(short), 1),
    }


def longer_ms(row: Json) -> float:
    """Than the time that its row says."""
    began, ended = (datetime.fromisoformat(row[name]) for name in ("started_at", "ended_at"))
    return float((row["seconds"] - (ended - began).total_seconds()) * 1000)


@dataclass(frozen=True, slots=True)
class LongRoom:
    """The server is started for each measurement."""

    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        figures = await measure(self.place, load)
        out_of_bounds = (
            abs(figures["recording_drift_ms"]) > LARGEST_DRIFT_MS or figures["resident_growth_kib"] > LARGEST_GROWTH_KIB
        )
        return {"failed": float(out_of_bounds), **figures}


@dataclass(frozen=True, slots=True)
class Endurance:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[LongRoom]:
        yield LongRoom(place)


SCENARIOS: Final = (
    Scenario(
        "endurance", "one recorded room for ten minutes: memory, and how the recording keeps time",
        Endurance(), None, (100,), "resident_growth_kib", by_name_only=True, most_rounds=1,
        longest_s=LASTS_S + 2 * _COME_IN_S,
    ),
)  # fmt: skip
