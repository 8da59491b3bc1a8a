"""A node that has been used, moved from its file to PostgreSQL: it is the same node there."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import insert, make_url, select

from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.tables.accounts import accounts
from engine.store.tables.calls import call_events
from tests.peers import commands
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, Platform, as_json, prepared
from tests.peers.ports import Ports
from tests.peers.postgres import Postgres, required
from tests.peers.waiting import within
from tests.product.belongings import CALLEE, Belongings, owning
from tests.unit.store.samples import NOON, a_call

pytestmark = [pytest.mark.sip, pytest.mark.postgres, pytest.mark.slow]

STATUS = "/status"
EVENTS = 60_000


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with required() as server:
        yield server


@pytest.fixture
def target(postgres: Postgres) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)


async def test_a_node_on_the_database_it_was_moved_to_answers_as_before(
    tmp_path: Path, ports: Ports, shop: Customer, target: str
) -> None:
    async with owning(tmp_path, ports, shop) as (telefoon, owned):
        order(telefoon)
        await telefoon.end()
        await telefoon.start()
        untold = await call_whose_end_is_not_told(telefoon, shop)
        before = await answers(telefoon, owned)
        await telefoon.end()

        move(telefoon, target)
        shop.failing.clear()
        shop.asked.clear()
        await telefoon.start()

        assert await answers(telefoon, owned) == before
        told = await shop.is_asked(STATUS, times=1, within_s=60)
        assert told[0]["CallSid"] == untold
        again = await telefoon.place(CALLEE, record=True, flow="<Response><Pause length='1'/></Response>")
        assert (await telefoon.ended_call(again["id"]))["status"] == "completed"
        await telefoon.end()
    sequences = [each["SequenceNumber"] for each in shop.forms(STATUS) if each["CallSid"] == untold]
    assert sequences == sorted(set(sequences)), "each is told once"
    assert as_json(telefoon.telefoon("audit", "verify", "--json"))["ok"]


async def test_a_node_that_runs_is_not_moved(tmp_path: Path, ports: Ports, shop: Customer, target: str) -> None:
    async with owning(tmp_path, ports, shop) as (telefoon, _):
        source = file_of(telefoon)
        await asyncio.to_thread(telefoon.telefoon, "database", "move", "--from", source, "--to", target, exit_code=1)

        assert (await telefoon.get("calls"))["total"] > 0
        await telefoon.end(signal.SIGKILL)
        moved = as_json(telefoon.telefoon("database", "move", "--from", source, "--to", target, "--json"))
    assert next(each for each in moved if each["table"] == "calls")["rows"] > 0


async def test_a_move_that_was_killed_is_begun_again(tmp_path: Path, ports: Ports, target: str) -> None:
    telefoon = await asyncio.to_thread(prepared, tmp_path, ports)
    source = file_of(telefoon)
    await fill_with_events(source)
    arguments = ("database", "move", "--from", source, "--to", target)

    with (tmp_path / "told").open("wb") as output:
        moving = await commands.start(
            *arguments, environment=telefoon.environment, stdout=output.fileno(), stderr=output.fileno()
        )
        await writes_events(target)
        moving.send_signal(signal.SIGKILL)
        assert await moving.wait() == -signal.SIGKILL
    moved = as_json(await asyncio.to_thread(telefoon.telefoon, *arguments, "--json"))

    assert {each["table"]: each["rows"] for each in moved}["call_events"] == EVENTS


async def writes_events(url: str) -> None:
    """Wait until somebody writes events into the database; it is asked from another, since a move wants its alone."""
    database = make_url(url)
    beside = database.set(drivername="postgresql", database="postgres")
    connection = await asyncpg.connect(beside.render_as_string(hide_password=False))
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query ILIKE 'INSERT INTO call_events%'"
    try:
        async with within(60):
            while not await connection.fetchval(asked, database.database):
                await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def fill_with_events(url: str) -> None:
    """One call with so many events that a move of them takes a while."""
    database = await Database.open(url)
    (account,) = await database.rows(select(accounts.c.id))
    call = a_call(account["id"])
    await Calls(database).add(call)
    event = {"call_id": call.id, "at": NOON, "kind": "ringing", "facts": {"n": "x" * 200}}
    await database.write(lambda connection: connection.execute(insert(call_events), [event] * EVENTS).rowcount)
    await database.close()


def order(telefoon: Platform) -> None:
    """What operators set, each of which is a table."""
    telefoon.telefoon("balance", "add", ACCOUNT, "25.00", "--key", "invoice-17")
    telefoon.telefoon("policies", "set", "--account", ACCOUNT, "--set", "calls_at_once=10")
    (trunk,) = as_json(telefoon.telefoon("trunks", "list", "--json"))
    telefoon.telefoon("routes", "add", "--trunk", trunk["name"], "--prefix", "+32")
    telefoon.telefoon("bans", "add", "198.51.100.7")
    telefoon.telefoon("accounts", "pace", ACCOUNT, "--calls-per-s", "5")
    telefoon.telefoon("retention", "set", "recordings", "30", "--account", ACCOUNT)


async def call_whose_end_is_not_told(telefoon: Platform, shop: Customer) -> str:
    """A call whose callbacks wait, as the customer's server fails."""
    shop.failing.add(STATUS)
    flow = "<Response><Pause length='1'/></Response>"
    placed = await telefoon.place(CALLEE, flow=flow, status_callback=shop.url(STATUS))
    await telefoon.ended_call(placed["id"])
    return str(placed["id"])


def file_of(telefoon: Platform) -> str:
    return f"sqlite+aiosqlite:///{telefoon.environment['TELEFOON_DATA_DIR']}/telefoon.db"


def move(telefoon: Platform, target: str) -> None:
    """Move the node's file there, and let the node use what was moved."""
    telefoon.telefoon("database", "move", "--from", file_of(telefoon), "--to", target)
    telefoon.environment["TELEFOON_DATABASE_URL"] = target


async def answers(telefoon: Platform, owned: Belongings) -> dict[str, bytes]:
    """What the interface says of everything that there is, byte for byte, and the sound of the recording."""
    paths = (
        "calls", f"calls/{owned.call}", f"calls/{owned.recorded}", f"calls/{owned.call}/events",
        f"calls/{owned.waiting}/events", f"calls/{owned.call}/webhooks", f"calls/{owned.waiting}/webhooks",
        f"calls/{owned.recorded}/consents", "conferences", f"conferences/{owned.conference}",
        f"conferences/{owned.conference}/participants", "queues", "numbers", "applications", "recordings",
        f"recordings/{owned.recording}", f"recordings/{owned.recording}/audio", "balance", "balance/entries",
    )  # fmt: skip
    return {path: await answer(telefoon, path) for path in paths}


async def answer(telefoon: Platform, path: str) -> bytes:
    async with telefoon.client.get(path) as response:
        body = await response.read()
        assert response.ok, (path, body)
        return body
