"""`telefoon refusals`, on the database of the data folder."""

import asyncio
import json
from pathlib import Path

from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from engine.store.stores import open_stores
from tests.unit.cli.conftest import Run
from tests.unit.store.samples import NOON

KIND = RefusalKind("198.51.100.7", RefusalRule.NUMBER, "+3225550177")


async def refused(data: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{data / 'telefoon.db'}", data) as stores:
        await stores.refusals.add([RefusedCalls(KIND, 3, NOON, NOON)])


def test_no_refusal_is_told_as_such(telefoon: Run) -> None:
    assert telefoon("refusals").stdout == "No call was refused.\n"


def test_refusals_are_listed_with_what_to_do(telefoon: Run, tmp_path: Path) -> None:
    telefoon("refusals")
    asyncio.run(refused(tmp_path / "data"))

    shown = telefoon("refusals").stdout
    (row,) = json.loads(telefoon("refusals", "--json").stdout)

    assert all(each in shown for each in ("198.51.100.7", "+3225550177", "no such number: If the number is yours"))
    assert (row["count"], row["rule"]) == (3, "no such number")
