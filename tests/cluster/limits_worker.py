"""A node without a telephone that places, takes and ends calls of shared accounts until it is killed.

All of its engine is real: admission, sessions, prepaid calls, pacing; its carrier is a fake. The database is shared.
Arguments: the database's URL, its own name, a folder. It prints a line for each call that is dialled.
"""

import asyncio
import logging
import random
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

import structlog

from engine.errors import TelefoonError
from engine.flow.written import WrittenFlow
from engine.live.orders import NewCall
from engine.live.services import CallServices
from engine.live.switchboard import Switchboard
from engine.store.database import Database
from engine.store.stores import Stores
from engine.testing.assembly import AS_SET, PEPPER, Surroundings, services_of
from engine.testing.far_end import FarEnd

ACCOUNTS: Final = {"limited": "+3225550101", "prepaid": "+3225550102", "paced": "+3225550103"}
"""The accounts, each with its number."""
_FLOW: Final = "<Response><Pause length='600'/></Response>"
_CALLERS: Final = 4
_LONGEST_CALL_S: Final = 0.4
_LONGEST_REST_S: Final = 0.2


def services_on(database: Database, around: Surroundings, name: str, folder: Path) -> CallServices:
    """What a node of this name is handed."""
    made = services_of(Stores(database, PEPPER, name), around, folder, AS_SET)
    return replace(made, node=name, credit=replace(made.credit, node=name))


async def main(url: str, name: str, folder: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    database, around = await Database.open(url), Surroundings.make()
    services = services_on(database, around, name, Path(folder))
    accounts = {each: (await services.stores.accounts.ensure(each)).id for each in ACCOUNTS}
    switchboard = Switchboard(services)
    async with switchboard.open():
        crowd = Crowd(switchboard, around, accounts)
        callers = [asyncio.create_task(crowd.calls()) for _ in range(_CALLERS)]
        print("calls", flush=True)
        await over.wait()
        for each in callers:
            each.cancel()
    await database.close()


class Crowd:
    """Those who call and are called."""

    def __init__(self, switchboard: Switchboard, around: Surroundings, accounts: dict[str, str]) -> None:
        self._switchboard = switchboard
        self._around = around
        self._accounts = accounts
        self._numbers = count()
        self._talking: set[asyncio.Task[None]] = set()
        around.carrier.listeners.append(self._is_called)

    async def calls(self) -> None:
        """Call for ever."""
        while True:
            await self._one(random.choice(list(ACCOUNTS)))
            await asyncio.sleep(random.uniform(0, _LONGEST_REST_S))

    async def _one(self, name: str) -> None:
        if name == "limited" and random.random() < 0.4:
            caller = self._around.carrier.brings(ACCOUNTS[name], "+3225559999", self._switchboard)
            self._talk(caller)
            return
        to = f"+322556{next(self._numbers) % 10_000:04}"
        with suppress(TelefoonError):
            order = NewCall(self._accounts[name], to, ACCOUNTS[name], flow=WrittenFlow.read(_FLOW))
            await self._switchboard.place(order)

    def _is_called(self, called: FarEnd) -> None:
        assert called.leg.request is not None
        print("dialled", called.leg.request.call_id, flush=True)
        self._talk(called)

    def _talk(self, far_end: FarEnd) -> None:
        task = asyncio.create_task(_talks(far_end))
        self._talking.add(task)
        task.add_done_callback(self._talking.discard)


async def _talks(far_end: FarEnd) -> None:
    await asyncio.sleep(random.uniform(0, _LONGEST_CALL_S))
    if far_end.leg.request is not None and random.random() < 0.8:
        far_end.answers()
        await asyncio.sleep(random.uniform(0, _LONGEST_CALL_S))
    far_end.hangs_up()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
