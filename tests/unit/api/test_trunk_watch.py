"""Rows that change reach the user agent, and how its registrations stand reaches the rows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.node.clock import SystemClock
from api.node.trunks import TrunkWatch, settle_trunks
from config.settings import Settings
from engine.errors import SetupError, StoreError
from engine.model.trunk import Origin, Trunk, new_trunk
from engine.model.trunk.costs import Costs
from engine.model.trunk.reachability import TrunkChange, TrunkEvent, TrunkEventKind
from engine.security.residency import Outside, Residency
from engine.store.database import Database
from engine.store.numbers import Numbers
from engine.store.trunk_costs import TrunkCosts
from engine.store.trunk_events import TrunkEvents
from engine.store.trunks import Trunks
from sip.trunks.account import Registration
from tests.peers.databases import migrated_sqlite
from tests.unit.store.samples import NOON

ANYWHERE = Residency(frozenset(), {}, Outside.WARN)
BELGIUM_ALONE = Residency(frozenset({"be"}), {"in.example": "be"}, Outside.REFUSE)


@dataclass
class NotingAgent:
    """Notes which trunks it is to use."""

    used: list[list[str]] = field(default_factory=list)
    stand: dict[str, Registration] = field(default_factory=dict)
    costs: Mapping[str, Costs] = field(default_factory=dict)
    full: frozenset[str] = frozenset()
    changes: list[TrunkChange] = field(default_factory=list)

    async def use_trunks(self, trunks: Sequence[Trunk]) -> Mapping[str, str]:
        self.used.append([trunk.name for trunk in trunks])
        return {}

    async def registrations(self) -> Mapping[str, Registration]:
        return self.stand

    def use_costs(self, costs: Mapping[str, Costs]) -> None:
        self.costs = costs

    async def take_trunk_changes(self) -> Sequence[TrunkChange]:
        taken, self.changes = self.changes, []
        return taken

    def full_trunks(self) -> frozenset[str]:
        return self.full


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    yield database
    await database.close()


@pytest.fixture
def rows(database: Database) -> Trunks:
    return Trunks(database, b"p" * 32)


@pytest.fixture
def costs(database: Database) -> TrunkCosts:
    return TrunkCosts(database)


@pytest.fixture
def numbers(database: Database) -> Numbers:
    return Numbers(database)


@pytest.fixture
def events(database: Database) -> TrunkEvents:
    return TrunkEvents(database)


def a_trunk(name: str, host: str = "in.example") -> Trunk:
    return new_trunk({"name": name, "hosts": [host]})


def watch(rows: Trunks, costs: TrunkCosts, events: TrunkEvents, residency: Residency = ANYWHERE) -> TrunkWatch:
    return TrunkWatch(rows, costs, events, residency, "node-1", SystemClock())


async def test_only_a_change_is_told(rows: Trunks, costs: TrunkCosts, events: TrunkEvents) -> None:
    await rows.add(a_trunk("a"))
    agent: Any = NotingAgent()
    watching = watch(rows, costs, events)
    assert [each.name for each in await watching.first()] == ["a"]

    await watching.look(agent)
    await rows.add(a_trunk("b"))
    await watching.look(agent)
    await watching.look(agent)
    await rows.change("a", {"enabled": False})
    await rows.remove("b")
    await watching.look(agent)

    assert agent.used == [["a", "b"], ["a"]]


async def test_how_registrations_stand_is_noted_when_it_changes(
    rows: Trunks, costs: TrunkCosts, events: TrunkEvents
) -> None:
    agent: Any = NotingAgent()
    watching = watch(rows, costs, events)
    agent.stand = {"a": Registration(True, False, 0, "not answered yet")}
    await watching.look(agent)
    assert await rows.registrations() == []

    agent.stand = {"a": Registration(True, True, 200, "OK", NOON, NOON + timedelta(seconds=300))}
    await watching.look(agent)

    (noted,) = await rows.registrations()
    assert (noted.trunk, noted.node, noted.code, noted.until) == ("a", "node-1", 200, NOON + timedelta(seconds=300))


async def test_a_trunk_outside_is_left_alone_and_stops_a_start(
    rows: Trunks, costs: TrunkCosts, events: TrunkEvents
) -> None:
    agent: Any = NotingAgent()
    watching = watch(rows, costs, events, BELGIUM_ALONE)
    await rows.add(a_trunk("inside"))
    await rows.add(a_trunk("outside", "192.0.2.9"))

    await watching.look(agent)

    assert agent.used == [["inside"]]
    with pytest.raises(SetupError, match="Trunk outside"):
        await watching.first()


async def test_the_settings_trunk_is_a_row_until_it_is_set_no_more(
    rows: Trunks, numbers: Numbers, tmp_path: Path
) -> None:
    await settle_trunks(Settings(data_dir=tmp_path, trunk="sip:a.example"), rows, numbers)
    (made,) = await rows.all()

    await settle_trunks(Settings(data_dir=tmp_path), rows, numbers)

    assert (made.trunk.name, made.origin, made.place) == ("default", Origin.SETTINGS, "TELEFOON_TRUNK")
    assert await rows.all() == []


async def test_costs_that_are_set_reach_the_user_agent(rows: Trunks, costs: TrunkCosts, events: TrunkEvents) -> None:
    await rows.add(a_trunk("a"))
    agent: Any = NotingAgent()
    watching = watch(rows, costs, events)
    await watching.first()

    await costs.set("a", {"+32": Decimal("0.01")})
    await watching.look(agent)

    assert agent.costs == {"a": {"+32": Decimal("0.01")}}


async def test_full_trunks_are_noted_and_forgotten_at_the_next_start(
    rows: Trunks, costs: TrunkCosts, events: TrunkEvents
) -> None:
    agent: Any = NotingAgent(full=frozenset({"a"}))
    await watch(rows, costs, events).look(agent)
    assert await rows.full() == {"a"}

    await watch(rows, costs, events).first()
    assert await rows.full() == frozenset()


async def test_what_has_changed_of_trunks_is_written_once(rows: Trunks, costs: TrunkCosts, events: TrunkEvents) -> None:
    silent = TrunkChange("a", TrunkEvent(NOON, TrunkEventKind.SILENT, "in.example"))
    agent: Any = NotingAgent(changes=[silent])
    watching = watch(rows, costs, events)

    await watching.look(agent)
    await watching.look(agent)

    (told,), _ = await events.of_trunk("a")
    assert (told.node, told.at, told.kind, told.detail) == ("node-1", NOON, TrunkEventKind.SILENT, "in.example")


async def test_a_trunk_that_fills_and_has_room_again_is_told_as_such(
    rows: Trunks, costs: TrunkCosts, events: TrunkEvents
) -> None:
    agent: Any = NotingAgent(full=frozenset({"a"}))
    watching = watch(rows, costs, events)

    await watching.look(agent)
    agent.full = frozenset({"b"})
    await watching.look(agent)

    of_a, of_b = (await events.of_trunk("a"))[0], (await events.of_trunk("b"))[0]
    assert [each.kind for each in of_a] == [TrunkEventKind.HAS_ROOM, TrunkEventKind.FULL]
    assert [each.kind for each in of_b] == [TrunkEventKind.FULL]


async def test_what_a_failing_database_does_not_take_is_written_later(
    rows: Trunks, costs: TrunkCosts, events: TrunkEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent: Any = NotingAgent(changes=[TrunkChange("a", TrunkEvent(NOON, TrunkEventKind.REGISTERED, "200 OK"))])
    watching = watch(rows, costs, events)

    async def fails(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as failing:
        failing.setattr(events, "add", fails)
        with pytest.raises(StoreError):
            await watching.look(agent)
    await watching.look(agent)

    assert [each.kind for each in (await events.of_trunk("a"))[0]] == [TrunkEventKind.REGISTERED]


async def test_a_default_number_of_the_settings_file_that_nobody_has_is_warned_of(
    rows: Trunks, numbers: Numbers, tmp_path: Path
) -> None:
    given = {"name": "a", "hosts": ["in.example"], "default_number": "+3225550177"}

    with capture_logs() as lines:
        await settle_trunks(Settings(data_dir=tmp_path, trunks=[given]), rows, numbers)

    (warning,) = (line for line in lines if line["event"] == "trunk_default_number_unknown")
    assert (warning["trunk"], warning["log_level"]) == ("a", "warning")
    assert "telefoon numbers add +3225550177" in warning["reason"]
