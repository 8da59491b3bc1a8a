"""`telefoon trunks events`, on the database of the data folder."""

import asyncio
import json
from pathlib import Path

from engine.model.trunk.reachability import TrunkChange, TrunkEvent, TrunkEventKind
from engine.store.stores import open_stores
from tests.unit.cli.conftest import Run
from tests.unit.store.samples import NOON


async def happened(data: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{data / 'telefoon.db'}", data) as stores:
        for trunk in ("carrier-a", "carrier-b"):
            event = TrunkEvent(NOON, TrunkEventKind.HOST_LEFT_ALONE, f"{trunk}.example")
            await stores.trunk_events.add("node-1", [TrunkChange(trunk, event)])


def test_a_trunk_of_which_nothing_is_known_is_told_as_such(telefoon: Run) -> None:
    assert telefoon("trunks", "events", "carrier-a").stdout == "Nothing has happened to a trunk carrier-a.\n"


def test_the_events_of_a_trunk_are_listed_and_no_others(telefoon: Run, tmp_path: Path) -> None:
    telefoon("trunks", "list")
    asyncio.run(happened(tmp_path / "data"))

    (row,) = json.loads(telefoon("trunks", "events", "carrier-a", "--json").stdout)

    assert (row["kind"], row["detail"], row["node"]) == ("host_left_alone", "carrier-a.example", "node-1")
    assert "carrier-a.example" in telefoon("trunks", "events", "carrier-a").stdout
