"""`telefoon trunks calls`, on the database of the data folder."""

import asyncio
import json
from pathlib import Path

from engine.store.stores import open_stores
from tests.unit.cli.conftest import Run
from tests.unit.store.samples import a_call


async def called(data: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{data / 'telefoon.db'}", data) as stores:
        owner = (await stores.accounts.ensure("demo")).id
        for trunk in ("carrier-a", "carrier-b"):
            await stores.calls.add(a_call(owner, to=f"+32255501{trunk[-1] == 'a':02}", trunk=trunk))


def test_a_trunk_without_calls_is_told_as_such(telefoon: Run) -> None:
    assert telefoon("trunks", "calls", "carrier-a").stdout == "No call went by a trunk carrier-a.\n"


def test_the_calls_of_a_trunk_are_listed_and_no_others(telefoon: Run, tmp_path: Path) -> None:
    telefoon("trunks", "list")
    asyncio.run(called(tmp_path / "data"))

    (row,) = json.loads(telefoon("trunks", "calls", "carrier-a", "--json").stdout)

    assert (row["to"], row["trunk"]) == ("+3225550101", "carrier-a")
    assert row["id"] in telefoon("trunks", "calls", "carrier-a").stdout
