"""Limits over nodes: eight workers call for shared accounts and are killed; at no moment is there more than may be."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select

from engine.ids import IdKind, new_id
from engine.live.recovery import take_over
from engine.live.services import CallServices
from engine.model.accounts import Account
from engine.model.call import FINAL, NO_NODE, Direction, Status
from engine.model.call_policy import PolicyLevel, PolicyPlace
from engine.model.call_policy.last_second import SECOND_US
from engine.model.node import Node, NodeState
from engine.routing.pacing import Pace
from engine.store.database import Database
from engine.store.tables.call_policies import call_rates
from engine.store.tables.calls import calls
from engine.store.tables.pacing import paced_calls, queued_calls
from engine.testing.assembly import Surroundings
from tests.cluster.limits_worker import ACCOUNTS, services_on

pytestmark = [pytest.mark.postgres, pytest.mark.costly("eight processes call for half a minute, and are killed")]

CHECKOUT: Final = Path(__file__).resolve().parents[2]
WORKERS: Final = 8
KILLS: Final = 10
AT_ONCE: Final = 4
INBOUND_AT_ONCE: Final = 2
A_SECOND: Final = 6
PACED_AT_ONCE: Final = 3
PAID_IN: Final = 900
"""Six calls of a minute, in ten-thousandths of a euro: fewer than are asked for at once, and used up by the second."""
_OPEN: Final = tuple(status for status in Status if status not in FINAL)


@dataclass(slots=True)
class Worker:
    """A process of tests/cluster/limits_worker.py, which starts anew under its name when it was killed."""

    url: str
    name: str
    folder: Path
    dialled: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def calls(self) -> bool:
        """Whether it has begun to call, and was not killed since."""
        return self._reading is not None

    async def start(self) -> None:
        """Start it, and wait until it calls."""
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.cluster.limits_worker", self.url, self.name, str(self.folder),
                cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        said = self._process.stdout
        assert said is not None
        async with asyncio.timeout(240):
            while not (line := await said.readline()).startswith(b"calls"):
                assert line, f"{self.name} ended: {self._log.read_text()[-2000:]}"
        self._reading = asyncio.create_task(self._note(said))

    async def ends(self, *, killed: bool) -> None:
        """End it, and read what it had still said."""
        if self._process is None:
            return
        process, reading = self._process, self._reading
        self._process, self._reading = None, None
        process.kill() if killed else process.terminate()
        await process.wait()
        if reading is not None:
            await reading

    async def _note(self, said: asyncio.StreamReader) -> None:
        while line := await said.readline():
            if line.startswith(b"dialled") and line.endswith(b"\n"):
                self.dialled.append(line.split()[1].decode())


@dataclass(slots=True)
class Judge:
    """Looks at the database all the time, as whatever is committed must always be within the limits."""

    services: CallServices
    accounts: dict[str, Account]
    most: Counter[str] = field(default_factory=Counter)
    begun_us: set[int] = field(default_factory=set)
    looks: int = 0

    async def watch(self) -> None:
        while True:
            await self._look()
            self.looks += 1
            await asyncio.sleep(0.01)

    async def _look(self) -> None:
        database = self.services.stores.database
        for direction, most in ((Direction.OUTBOUND, AT_ONCE), (Direction.INBOUND, INBOUND_AT_ONCE)):
            going_on = await self.going_on("limited", direction)
            assert going_on <= most
            self.most[f"limited {direction}"] = max(self.most[f"limited {direction}"], going_on)
        for row in await database.rows(select(call_rates.c.moments)):
            self.begun_us |= set(row["moments"])
        balance = await self.services.stores.balances.of(self.accounts["prepaid"].id)
        assert balance is not None
        assert min(balance.available, balance.reserved, balance.spent) >= 0
        assert balance.available + balance.reserved + balance.spent == PAID_IN
        self.most["reserved"] = max(self.most["reserved"], balance.reserved)
        paced = await self.paced()
        assert paced <= PACED_AT_ONCE
        self.most["paced"] = max(self.most["paced"], paced)

    async def going_on(self, name: str, direction: Direction) -> int:
        of_account = (calls.c.account_id == self.accounts[name].id, calls.c.direction == direction)
        query = select(func.count()).where(*of_account, calls.c.status.in_(_OPEN), calls.c.node != NO_NODE)
        return await self._number(query)

    async def paced(self) -> int:
        """The calls of the line that are claimed, or have begun and go on."""
        mine = self.accounts["paced"].id
        claimed = select(func.count()).where(queued_calls.c.account_id == mine, queued_calls.c.claimed_by.is_not(None))
        begun = select(func.count()).where(
            paced_calls.c.account_id == mine, calls.c.id == paced_calls.c.call_id, calls.c.status.in_(_OPEN)
        )
        return await self._number(select(claimed.scalar_subquery() + begun.scalar_subquery()))

    async def _number(self, query: object) -> int:
        found = await self.services.stores.database.ask(lambda connection: connection.scalar(query))  # type: ignore[call-overload]
        return int(found or 0)


@pytest.fixture
async def judge(database: str, tmp_path: Path) -> AsyncIterator[Judge]:
    """Shared accounts with their limits, and who looks after these."""
    opened = await Database.open(database)
    services = services_on(opened, Surroundings.make(), "judge", tmp_path)
    stores = services.stores
    accounts = {name: await stores.accounts.ensure(name) for name in ACCOUNTS}
    for name, number in ACCOUNTS.items():
        await stores.numbers.add(accounts[name].id, number, url="https://customer.example/")
    limits = {"calls_at_once": AT_ONCE, "inbound_calls_at_once": INBOUND_AT_ONCE, "calls_a_second": A_SECOND}
    await stores.policies.set(PolicyPlace(PolicyLevel.ACCOUNT, accounts["limited"].id), limits)
    await stores.balances.top_up(accounts["prepaid"].id, PAID_IN, "in", datetime.now(UTC))
    await stores.paces.set(accounts["paced"].id, Pace(calls_per_s=20, calls_at_once=PACED_AT_ONCE, most_queued=30))
    yield Judge(services, accounts)
    await opened.close()


@asynccontextmanager
async def workers(url: str, folder: Path) -> AsyncIterator[Sequence[Worker]]:
    made = [Worker(url, f"worker-{number}", folder) for number in range(WORKERS)]
    async with AsyncExitStack() as stack:
        for each in made:
            stack.push_async_callback(each.ends, killed=True)
        await asyncio.gather(*(each.start() for each in made))
        yield made


async def test_of_eight_workers_that_are_killed_at_random_none_passes_a_limit_and_nothing_stays_counted(
    database: str, tmp_path: Path, judge: Judge
) -> None:
    async with workers(database, tmp_path) as running:
        watching = asyncio.create_task(judge.watch())
        async with asyncio.TaskGroup() as starting:
            for _ in range(KILLS):
                await asyncio.sleep(random.uniform(0.5, 1.5))
                killed = random.choice([each for each in running if each.calls])
                await killed.ends(killed=True)
                await asyncio.sleep(0.2)  # what it had sent to the database has been done, or not
                await take_over(lost(killed.name), judge.services)
                starting.create_task(killed.start())
        await asyncio.sleep(2)
        assert not watching.done(), watching.result()
        for each in running:
            await each.ends(killed=True)
        await asyncio.sleep(0.2)
        for each in running:
            await take_over(lost(each.name), judge.services)
        watching.cancel()

    await nothing_stays_counted(judge)
    dialled = Counter(call_id for each in running for call_id in each.dialled)
    assert max(dialled.values()) == 1, "nobody is dialled twice"
    begun = sorted(judge.begun_us)
    windows = zip(begun, begun[A_SECOND:], strict=False)
    assert all(later - earlier >= SECOND_US for earlier, later in windows), "no second has more"
    assert judge.most["limited outbound"] == AT_ONCE, "the limit was reached"
    assert judge.most["limited inbound"] == INBOUND_AT_ONCE
    assert judge.most["paced"] == PACED_AT_ONCE
    print(judge.looks, judge.most, len(begun), len(dialled))


async def nothing_stays_counted(judge: Judge) -> None:
    stores = judge.services.stores
    for name in ACCOUNTS:
        assert [await judge.going_on(name, direction) for direction in Direction] == [0, 0]
    assert await judge.paced() == 0
    balance = await stores.balances.of(judge.accounts["prepaid"].id)
    assert balance is not None
    assert (balance.reserved, balance.available + balance.spent) == (0, PAID_IN)
    assert balance.spent > 0
    waiting = await stores.paced_lines.waiting()
    assert all(each.going_on == 0 for each in waiting)


def lost(name: str) -> Node:
    """A node as it is found when its lease has run out."""
    now = datetime.now(UTC)
    return Node(
        name=name, instance=new_id(IdKind.NODE), state=NodeState.LOST, rest_url="", sip_address="", region="",
        version="", process="", capacity=0, live_calls=0, load=0.0, started_at=now, beat_at=now, lease_until=now,
        drain_wanted=False, settled=False, taken_by="judge", held=False,
    )  # fmt: skip
