"""What nodes wait for each other for in PostgreSQL: commits that carry a notice, and calls of one account with limits.

Ways take turns within a run, in slices of seconds, so that all meet the same machine; a way beside another is what
counts.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.committers import Notified, commits
from bench.database_server import database_server
from bench.limited_calls import LIMITS, limited_account
from bench.scenario import Place, Scenario
from bench.statistics import Figures, medians
from tests.peers.postgres import Postgres

PER_SECOND: Final = 1000
"""Commits a second where it is not as many as there can be; a load, too."""
SLICE_S: Final = 3.0
SLICES: Final = 2
_BRIEF_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Contended:
    """A server that is asked by many; each measurement has a database of its own."""

    server: Postgres
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        """`load` is how many commits there are a second, where it is not as many as there can be."""
        slice_s = _BRIEF_S if self.place.brief else SLICE_S
        url = self.server.migrated_database()
        slices: list[Figures] = []
        async with AsyncExitStack() as stack:
            account = await limited_account(url, stack)
            for _ in range(SLICES):
                for told in Notified:
                    slices += [await commits(url, slice_s, told), await commits(url, slice_s, told, load)]
                slices += [await account.stored(slice_s, name) for name in LIMITS]
        return {"failed": 0.0, **compared(medians(slices))}


def compared(figures: Figures) -> dict[str, float]:
    """The figures, and what each way leaves of the rate of that without notices, without limits."""
    untold = figures[f"{Notified.NONE}_per_s"]
    free, *limited = LIMITS
    unlimited = figures[f"{free}_calls_per_s"]
    return {
        **{f"{told}_leaves": figures[f"{told}_per_s"] / untold for told in (Notified.EACH, Notified.SELDOM)},
        **{f"{name}_leaves": figures[f"{name}_calls_per_s"] / unlimited for name in limited},
        **figures,
    }


@dataclass(frozen=True, slots=True)
class Contention:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Contended]:
        with database_server() as server:
            yield Contended(server, place)


SCENARIOS: Final = (
    Scenario(
        "contention", "commits of 32 connections with a notice in each, few or none; calls of an account with limits",
        Contention(), None, (PER_SECOND,), f"{Notified.SELDOM}_leaves", scales=False, by_name_only=True,
    ),
)  # fmt: skip
