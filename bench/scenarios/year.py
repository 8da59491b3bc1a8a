"""A year's calls in PostgreSQL, in parts by month: every list that REST offers, and what the sweep looks for.

The stores are asked, not a node: what REST adds to a list does not grow with the rows, and is in the scenario api.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from bench.scenario import Place, Scenario
from bench.statistics import percentiles
from bench.year_rows import MONTHS, Year, bytes_of, fill
from engine.model.call import Direction, Status
from engine.privacy.pseudonym import Pseudonyms
from engine.privacy.retention import DataCategory
from engine.store.accounts import Accounts
from engine.store.call_filter import CallFilter
from engine.store.calls import Calls, EventFilter
from engine.store.database import Database
from engine.store.event_horizon import numbers_given
from engine.store.exchanges import Exchanges
from engine.store.months.month import Month
from engine.store.months.monthly_table import CALLS, MONTHLY
from engine.store.page_cursor import PageCursor
from engine.store.retention import Retention
from tests.peers.postgres import programs, running

ROWS: Final = 3_000_000
"""With four events and an exchange each they take 7 GiB."""
YEARS_CALLS: Final = 100_000_000
"""Alone they take 115 GB: a folder of a file system that packs them needs a fraction of that (TMPDIR)."""
SWEPT: Final = (DataCategory.EVENTS, DataCategory.WEBHOOKS, DataCategory.CALLS)
LARGEST_MS: Final = 50.0
_NO_LOG: Final[Mapping[str, Any]] = {"wal_level": "minimal", "max_wal_senders": "0"}
"""What fills a table that was made in the same transaction is not written a second time."""
_PEPPER: Final = b"bench" * 8
_TIMES: Final = 20
_PAGE: Final = 50
_BATCH: Final = 100

Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class YearOfRows:
    """An open database with a year's rows."""

    database: Database
    year: Year

    def lists(self) -> Mapping[str, Ask]:
        """Each list by name. Those of all calls are counted too, as REST tells how many there are."""
        calls, year = Calls(self.database), self.year
        account, middle = year.account_id, year.months[MONTHS // 2]
        all_calls = CallFilter(account)
        caller = CallFilter(account, from_=year.caller(500))
        month = CallFilter(account, start_time_after=middle.begins, start_time_before=middle.plus(1).begins)
        hours = count()

        def ended_in_an_hour() -> Awaitable[object]:
            """Another hour each time, as whoever asks again and again does."""
            begins = middle.begins + timedelta(hours=next(hours))
            return calls.find(CallFilter(account, end_time_after=begins, end_time_before=begins + timedelta(hours=1)))

        known = self._known
        place = PageCursor(middle.begins + timedelta(days=14), known)
        return {
            "call": lambda: calls.get(known),
            "newest": lambda: calls.find(all_calls),
            "middle_page": lambda: calls.find(all_calls, year.calls // _PAGE // 2, _PAGE),
            "last_page": lambda: calls.find(all_calls, year.calls // _PAGE, _PAGE),
            "behind_a_cursor": lambda: calls.newest(all_calls, _PAGE, place),
            "from": lambda: calls.find(caller),
            "from_behind_a_cursor": lambda: calls.newest(caller, _PAGE, place),
            "to": lambda: calls.find(CallFilter(account, to="+31205000500")),
            "status": lambda: calls.find(CallFilter(account, Status.FAILED)),
            "in_progress": lambda: calls.find(CallFilter(account, Status.IN_PROGRESS)),
            "direction": lambda: calls.find(CallFilter(account, direction=Direction.OUTBOUND)),
            "month": lambda: calls.find(month),
            "ended_in_an_hour": ended_in_an_hour,
            "legs": lambda: calls.find(CallFilter(account, parent_id=known)),
            "of_trunk": lambda: calls.of_trunk("carrier", _PAGE),
            "open": lambda: calls.open_on("node-1"),
        }

    def lists_of_events(self) -> Mapping[str, Ask]:
        """Each list of what happened on calls, and of what customers were asked and told."""
        calls, exchanges, known = Calls(self.database), Exchanges(self.database), self._known
        account = EventFilter(self.year.account_id)

        async def stream() -> object:
            newest = (await self.database.read(numbers_given)).newest
            return await calls.events_of_account(account, newest - _PAGE, newest, _PAGE)

        return {
            "events": lambda: calls.events(known),
            "stream": stream,
            "exchanges": lambda: exchanges.of_call(known),
        }

    @property
    def _known(self) -> str:
        return self.year.call_id(self.year.months[MONTHS // 2], 10)

    def sweeps(self, kinds: Sequence[DataCategory]) -> Mapping[str, Ask]:
        """What a sweep looks for where nothing is due yet: a tenth of a second each would do."""
        retention = Retention(self.database, Pseudonyms(_PEPPER))
        account, first = self.year.account_id, self.year.months[0].begins
        return {
            f"sweep_{kind}": lambda kind=kind: retention.remove(account, kind, first, _BATCH)  # type: ignore[misc]
            for kind in kinds
        }


@dataclass(frozen=True, slots=True)
class FilledYear:
    """A server that is filled for each load, which is how many calls it has; or with the rows of `calls` alone."""

    calls_alone: bool

    async def measure(self, load: int) -> dict[str, float]:
        binaries = programs()
        if binaries is None:
            raise RuntimeError("there is no PostgreSQL on this machine")
        with running(binaries, **_NO_LOG) as server:
            return await measured(server.new_database(), load, calls_alone=self.calls_alone)


async def measured(url: str, rows: int, *, calls_alone: bool) -> dict[str, float]:
    """The figures of a database that is empty before."""
    database = await Database.open(url)
    account = await Accounts(database, _PEPPER).ensure("bench")
    await database.close()
    began = time.monotonic()
    year = Year(account.id, rows, Month.of(datetime.now(UTC)))
    await fill(url, year, (CALLS,) if calls_alone else MONTHLY)
    figures = {"fill_s": time.monotonic() - began}
    figures |= {f"{name}_bytes_per_call": size / rows for name, size in (await bytes_of(url)).items()}
    database = await Database.open(url)
    try:
        asked = YearOfRows(database, year)
        lists = asked.lists() if calls_alone else {**asked.lists(), **asked.lists_of_events()}
        sweeps = asked.sweeps((DataCategory.CALLS,) if calls_alone else SWEPT)
        for name, ask in {**lists, **sweeps}.items():
            figures |= percentiles(f"{name}_ms", await _took_ms(ask), 0.5, 0.99)
        lists_ms = [figures[f"{name}_ms_p50"] for name in lists]
    finally:
        await database.close()
    slow = sum(each > LARGEST_MS for each in lists_ms)
    return {**figures, "failed": float(slow), "slowest_list_ms": max(lists_ms)}


async def _took_ms(ask: Ask) -> list[float]:
    took = []
    for _ in range(_TIMES):
        began = time.monotonic()
        await ask()
        took.append(1000 * (time.monotonic() - began))
    return took


@dataclass(frozen=True, slots=True)
class OfYear:
    calls_alone: bool = False
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[FilledYear]:
        yield FilledYear(self.calls_alone)


SCENARIOS: Final = (
    Scenario(
        "year", "a year's calls by rows in PostgreSQL: how long does each list take?",
        OfYear(), None, (ROWS,), "slowest_list_ms", scales=False, by_name_only=True, most_rounds=1, longest_s=7200,
    ),
    Scenario(
        "year-calls", "the same of a hundred million calls, without what happened on them",
        OfYear(calls_alone=True), None, (YEARS_CALLS,), "slowest_list_ms", scales=False, by_name_only=True,
        most_rounds=1, longest_s=7200,
    ),
)  # fmt: skip
