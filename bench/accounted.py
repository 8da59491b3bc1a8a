"""Whether a node's rows and events account for each call that it has taken: what the callers saw is only half of it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bench.node import Json, Node
from tests.peers.auditor import faults_of_calls
from tests.peers.platform import ENDED

_PAGE: Final = 100
_ENDS_WITHIN_S: Final = 40.0
"""A far end that answers no BYE is given up after 32 s (RFC 3261, timer F)."""
_LOOK_S: Final = 0.5


async def count_of(one: Node, **chosen: str) -> int:
    """How many rows of calls there are, of those that are chosen."""
    return int((await one.get("calls", page_size="1", **chosen))["total"])


async def unaccounted(one: Node, before: int) -> list[str]:
    """Wait until all calls are over; what does not fit together of those that came after so many, a sentence each."""
    rows = await _ended_rows(one, before)
    return faults_of_calls(rows, {row["id"]: await _events(one, row["id"]) for row in rows})


async def _ended_rows(one: Node, before: int) -> Sequence[Json]:
    """The newest rows, all that there are but so many; as they are, where one does not end in time."""
    ends_s = asyncio.get_running_loop().time() + _ENDS_WITHIN_S
    while True:
        rows = await _newest(one, await count_of(one) - before)
        if all(row["status"] in ENDED for row in rows) or asyncio.get_running_loop().time() > ends_s:
            return rows
        await asyncio.sleep(_LOOK_S)


async def _newest(one: Node, count: int) -> Sequence[Json]:
    rows: list[Json] = []
    page = 1
    while len(rows) < count:
        rows += (await one.get("calls", page=str(page), page_size=str(_PAGE)))["calls"]
        page += 1
    return rows[:count]


async def _events(one: Node, call_id: str) -> Sequence[Json]:
    found: Sequence[Json] = (await one.get(f"calls/{call_id}/events"))["events"]
    return found
