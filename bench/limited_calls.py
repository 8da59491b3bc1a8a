"""Calls of one account, stored and ended as fast as can be by two nodes' stores, with limits that none exceeds."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Final

from bench.statistics import percentiles
from engine.errors import PolicyRefused
from engine.ids import IdKind, new_id
from engine.model.call import Call, Direction, Status
from engine.model.call_policy import CallPolicy, PlacedPolicy, PolicyLevel, PolicyPlace, PolicyRefusal
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.calls_going_on import CallsGoingOn
from engine.store.database import Database
from engine.store.values import utc_now

NODES: Final = 2
AT_ONCE: Final = 8
"""So many calls are stored at the same time."""
_MORE_THAN_ALL: Final = 100_000
LIMITS: Final[Mapping[str, CallPolicy]] = {
    "no_limit": CallPolicy(),
    "limit_at_once": CallPolicy(calls_at_once=_MORE_THAN_ALL),
    "both_limits": CallPolicy(calls_at_once=_MORE_THAN_ALL, calls_a_second=_MORE_THAN_ALL),
}
"""Policies by what they limit."""
_PEPPER: Final = b"bench" * 8


@dataclass(frozen=True, slots=True)
class LimitedAccount:
    """An account, and the databases of the nodes that store its calls."""

    account_id: str
    databases: Sequence[Database]

    async def stored(self, seconds: float, name: str) -> dict[str, float]:
        """How many calls a second are stored and ended under these limits, and how long each took."""
        took_ms: list[float] = []
        began_s = time.monotonic()
        policies = (PlacedPolicy(PolicyPlace(PolicyLevel.ACCOUNT, self.account_id), LIMITS[name]),)

        async def one_after_the_other(database: Database) -> None:
            while (asked_s := time.monotonic()) < began_s + seconds:
                await _stored_and_ended(database, self.account_id, policies)
                took_ms.append(1000 * (time.monotonic() - asked_s))

        await asyncio.gather(
            *(one_after_the_other(self.databases[number % len(self.databases)]) for number in range(AT_ONCE))
        )
        rate = len(took_ms) / (time.monotonic() - began_s)
        return {f"{name}_calls_per_s": rate, **percentiles(f"{name}_ms", took_ms, 0.5, 0.99)}


async def limited_account(url: str, stack: AsyncExitStack) -> LimitedAccount:
    """An account in a database whose tables are there; the connections are closed with the stack."""
    databases = []
    for _ in range(NODES):
        databases.append(await Database.open(url))
        stack.push_async_callback(databases[-1].close)
    account = await Accounts(databases[0], _PEPPER).ensure("bench")
    return LimitedAccount(account.id, databases)


async def _stored_and_ended(database: Database, account_id: str, policies: Sequence[PlacedPolicy]) -> None:
    now = utc_now()
    call = Call(
        id=new_id(IdKind.CALL), account_id=account_id, direction=Direction.OUTBOUND, from_="+3225550100",
        to="+31205550142", status=Status.QUEUED, start_time=now, node="bench",
    )  # fmt: skip
    counting = CallsGoingOn(database).counting(call.id, call.direction, policies, _refused)
    await Calls(database).add(call, also=counting)
    await Calls(database).save(replace(call, status=Status.FAILED, end_time=utc_now()))


def _refused(refusal: PolicyRefusal) -> PolicyRefused:
    return PolicyRefused(refusal.why, rule=refusal.rule, level=refusal.level, number="", uri=refusal.rule.uri)
