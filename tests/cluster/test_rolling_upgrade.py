"""An upgrade node by node: the release before this one goes on working on the tables that this one has migrated."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.store.database import Database
from engine.store.schema_version import step_of
from tests.peers import commands
from tests.peers.account import key_of_account
from tests.peers.customer import Customer
from tests.peers.nodes import another_node, nodes
from tests.peers.older_release import OlderRelease, older_release
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, NUMBER, Platform, settled
from tests.peers.ports import Ports
from tests.peers.postgres import Postgres
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres, pytest.mark.slow]

CALLEE = "+3225550199"
SHORT = "<Response><Pause length='1'/></Response>"
TALKS = "<Response><Pause length='600'/></Response>"
LATE = "/late"


@pytest.fixture(scope="module")
def before() -> OlderRelease:
    return older_release()


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """The URL of a database without tables."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


async def test_nodes_are_upgraded_one_after_the_other_while_calls_go_on(
    tmp_path: Path, ports: Ports, shop: Customer, empty: str, before: OlderRelease
) -> None:
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "DATABASE_URL": empty}
        a = await asyncio.to_thread(node_of, before, tmp_path / "a", ports, {**settings, "NODE": "a"})
        b = another_node(a, tmp_path / "b", ports, settings, "b")
        try:
            await a.start()
            running = await a.place(CALLEE, flow=TALKS, status_callback=shop.url("/status"))
            await a.call_when(running["id"], "in-progress")

            await b.start()  # which migrates, under the call

            told = [await ended(a, shop.url("/status")), await ended(b, shop.url("/status"))]
            assert await ids(a) == await ids(b) == {running["id"], *told}
            await a.delete(f"calls/{running['id']}")
            assert (await b.ended_call(running["id"]))["status"] == "completed"
            if before.reads_newer_tables:
                await a.end()
                await a.start()
                told.append(await ended(a, shop.url("/status")))

            shop.failing.add(LATE)
            late = await ended(a, shop.url(LATE))
            await a.end()
            a.program = commands.TELEFOON
            shop.failing.clear()
            shop.asked.clear()
            await a.start()

            assert late in {each["CallSid"] for each in await shop.is_asked(LATE, within_s=60)}
            again = [await ended(each, shop.url("/status")) for each in (a, b)]
            await eventually(
                lambda: {*again} <= set(shop.ends()), within_s=20, otherwise=lambda: f"{again} not in {shop.asked}"
            )
            assert await ids(a) == await ids(b) == {running["id"], late, *told, *again}
        finally:
            await a.end()
            await b.end()


NEWER = """
import asyncio, shutil, sys
from pathlib import Path
from sqlalchemy import make_url
from engine.store import migration, schema_version
url, folder, takes_away = sys.argv[1:]
shutil.copytree(migration._MIGRATIONS, folder)
migration._MIGRATIONS = Path(folder)
(Path(folder) / "versions" / "9001_newer.py").write_text(f'''
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9001", "{schema_version.newest()}", None, None
{'oldest_reader = "9001"' if takes_away == "yes" else ""}
def upgrade():
    op.add_column("calls", sa.Column("colour", sa.Text(), nullable=False, server_default="red"))
''')
schema_version._STEPS = Path(folder) / "versions"
asyncio.run(migration.migrate(make_url(url)))
"""
"""What a release after this one does to the tables."""


async def test_a_node_starts_on_tables_that_a_newer_release_has_added_to(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    migrate_as_newer(database, tmp_path / "migrations", takes_away="no")
    async with (
        phone() as far_end,
        nodes(tmp_path, ports, database, ("a",), {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as (a,),
    ):
        placed = await a.place(CALLEE, flow=SHORT)
        call = await a.ended_call(placed["id"])
        step = await step_of_tables(database)

    assert step == "9001"
    assert call["status"] == "completed"


async def test_a_node_refuses_tables_from_which_a_newer_release_has_taken_what_it_uses(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    telefoon = settled(tmp_path, ports, {"DATABASE_URL": database})
    migrate_as_newer(database, tmp_path / "migrations", takes_away="yes")

    said = await asyncio.to_thread(commands.output_of, "serve", environment=telefoon.environment)

    assert said.exit_code == 1
    assert "The database is newer than this program: its tables are at step 9001." in said.complained


async def step_of_tables(url: str) -> str | None:
    database = await Database.open(url)
    try:
        return await database.read(step_of)
    finally:
        await database.close()


def migrate_as_newer(url: str, folder: Path, *, takes_away: str) -> None:
    subprocess.run([sys.executable, "-c", NEWER, url, folder, takes_away], check=True)


def node_of(release: OlderRelease, folder: Path, ports: Ports, settings: dict[str, str]) -> Platform:
    """A node of another release, which has made its tables, an account, its key and its number."""
    folder.mkdir()
    made = settled(folder, ports, settings)
    made.program = release.program
    made.key = key_of_account(made.telefoon, ACCOUNT, None)
    made.telefoon("numbers", "add", NUMBER, "--account", ACCOUNT)
    return made


async def ended(telefoon: Platform, callback: str) -> str:
    """A call of a second that has been placed, answered and ended."""
    placed: dict[str, Any] = await telefoon.place(CALLEE, flow=SHORT, status_callback=callback)
    call = await telefoon.ended_call(placed["id"])
    assert call["status"] == "completed", call
    return str(call["id"])


async def ids(telefoon: Platform) -> set[str]:
    return {each["id"] for each in (await telefoon.get("calls"))["calls"]}
