"""A node of ours whose database has the rows of many calls, on SQLite or PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.call_rows import copied_in_postgres, copied_in_sqlite
from bench.node import ACCOUNT, NUMBER, Node, environment, served, telefoon
from bench.process import quiet
from bench.scenario import Place
from tests.peers.postgres import programs, running

_ANYBODY: Final = "+3225550199"
_POLL_S: Final = 0.2
_ENDS_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class FilledNode:
    """`rows` calls that are over. Its settings must have a TRUNK."""

    rows: int
    postgres: bool = False

    @asynccontextmanager
    async def running(
        self, place: Place, settings: Mapping[str, str], number: Mapping[str, str] | None = None
    ) -> AsyncIterator[Node]:
        """Serves, and has grown quiet."""
        folder = place.fresh("node")
        async with AsyncExitStack() as stack:
            more = {"DATABASE_URL": self._database(stack)} if self.postgres else {}
            known = environment(place, folder, {**settings, **more})
            key = (await telefoon(place, known, "keys", "create", "--account", ACCOUNT)).split()[-1]
            options = [each for name, value in (number or {}).items() for each in (name, value)]
            await telefoon(place, known, "numbers", "add", NUMBER, "--account", ACCOUNT, *options)
            async with served(place, known, folder, key) as one:
                await _call(one)
            if self.postgres:
                await copied_in_postgres(more["DATABASE_URL"], self.rows)
            else:
                await asyncio.to_thread(copied_in_sqlite, folder / "var" / "telefoon.db", self.rows)
            one = await stack.enter_async_context(served(place, known, folder, key))
            await quiet(one.pid)
            yield one

    def _database(self, stack: AsyncExitStack) -> str:
        binaries = programs()
        if binaries is None:
            raise RuntimeError("there is no PostgreSQL on this machine")
        return stack.enter_context(running(binaries)).new_database()


async def _call(one: Node) -> None:
    """The call whose row is copied, by the node's trunk."""
    call = await one.post("calls", {"from": NUMBER, "to": _ANYBODY, "flow": "<Response><Hangup/></Response>"})
    async with asyncio.timeout(_ENDS_S):
        while not (await one.get(f"calls/{call['id']}")).get("end_time"):  # noqa: ASYNC110 (in another process)
            await asyncio.sleep(_POLL_S)
