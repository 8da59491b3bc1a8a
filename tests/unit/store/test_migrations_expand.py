"""Programs of one step and of the next work on one database: a migration adds, or says whom it leaves behind.

docs/contributing.md has the rule for who writes one.
"""

import re
from pathlib import Path
from shutil import copytree
from textwrap import dedent

import pytest
from alembic.script import Script
from sqlalchemy import URL, Connection, create_engine, make_url

from engine.store import migration, postgresql, sqlite
from engine.store.database import Database
from engine.store.migration import OLDEST_READER
from engine.store.schema_version import FIRST_READER, newest, oldest_reader_of
from tests.peers.databases import sqlite_url
from tests.peers.postgres import Postgres
from tests.unit.store.table_shapes import steps_on

_RELEASE = re.compile(r"\d+\.\d+\.\d+")

HEAD = """
    "A step of this test."
    import sqlalchemy as sa
    from alembic import op
    revision = "{revision}"
    down_revision = "{down_revision}"
    branch_labels = depends_on = None
"""


def unmarked(connection: Connection) -> dict[str, list[str]]:
    """The steps that take something away, with that, and neither say so as they must nor why it does no harm."""
    return {
        step.revision: taken
        for step, taken in steps_on(connection)
        if taken and not says_so(step) and not hasattr(step.module, "harmless")
    }


def says_so(step: Script) -> bool:
    """Whether a migration names the first step that does without, and the release that was the last to use it."""
    reader, release = getattr(step.module, OLDEST_READER, ""), getattr(step.module, "last_used_in", "")
    return FIRST_READER <= reader <= step.revision and _RELEASE.fullmatch(release) is not None


def on_sqlite(folder: Path) -> dict[str, list[str]]:
    engine = sqlite.create_engine(URL.create("sqlite", database=str(folder / "telefoon.db")))
    try:
        with sqlite.for_writing(engine).begin() as connection:
            return unmarked(connection)
    finally:
        engine.dispose()


@pytest.mark.promise
def test_migrations_add_or_say_whom_they_leave_behind(tmp_path: Path) -> None:
    assert on_sqlite(tmp_path) == {}


@pytest.mark.postgres
async def test_they_do_so_on_postgresql_too(postgres: Postgres) -> None:
    url = postgres.new_database()
    engine = postgresql.create_engine(make_url(url))
    async with engine.begin() as connection:
        found = await connection.run_sync(unmarked)
    await engine.dispose()
    postgres.drop(url)
    assert found == {}


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations in a folder of their own, to which a test adds."""
    migrations = copytree(migration._MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(migration, "_MIGRATIONS", migrations)
    return migrations / "versions"


def add_step(steps: Path, body: str, marks: str = "") -> str:
    """A migration after the newest, and its number."""
    revision = "9001"
    text = dedent(HEAD).format(revision=revision, down_revision=newest()) + f"{marks}\ndef upgrade():\n    {body}\n"
    (steps / f"{revision}_of_a_test.py").write_text(text)
    return revision


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('op.drop_table("bans")', "bans is gone"),
        ('op.rename_table("bans", "banned")', "bans is gone"),
        ('op.drop_column("bans", "reason")', "bans.reason is gone"),
        ('op.create_index("one", "bans", ["times"], unique=True)', "bans: ['times'] are a key now"),
        ('with op.batch_alter_table("calls") as it: it.alter_column("url", nullable=False)',
         "calls.url is never empty any more"),
        ('with op.batch_alter_table("numbers") as it: it.alter_column("method", server_default=None)',
         "numbers.method has no default any more"),
        ('with op.batch_alter_table("bans") as it: it.alter_column("times", type_=sa.Text())',
         "bans.times was INTEGER, and is TEXT"),
        ('with op.batch_alter_table("bans") as it: it.add_column(sa.Column("x", sa.Text(), nullable=False))',
         "bans.x is new, never empty, and has no default"),
        ('with op.batch_alter_table("bans") as it: it.create_check_constraint("few", "times < 9")',
         "bans: a new rule, times < 9"),
    ],
)  # fmt: skip
def test_what_programs_of_the_step_before_would_miss_is_found(
    steps: Path, tmp_path: Path, body: str, fault: str
) -> None:
    revision = add_step(steps, body)

    assert on_sqlite(tmp_path) == {revision: [fault]}


@pytest.mark.parametrize(
    "body",
    [
        'op.create_table("news", sa.Column("id", sa.Integer(), primary_key=True))',
        'op.add_column("calls", sa.Column("colour", sa.Text()))',
        'op.add_column("calls", sa.Column("colour", sa.Text(), nullable=False, server_default="red"))',
        'op.create_index("ix_bans_times", "bans", ["times"])',
    ],
)
def test_what_is_added_leaves_nobody_behind(steps: Path, tmp_path: Path, body: str) -> None:
    add_step(steps, body)

    assert on_sqlite(tmp_path) == {}


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        (f'oldest_reader, last_used_in = "{FIRST_READER}", "1.2.0"', True),
        (f'oldest_reader = "{FIRST_READER}"', False),
        ('oldest_reader, last_used_in = "9002", "1.2.0"', False),
        (f'oldest_reader, last_used_in = "{FIRST_READER}", "soon"', False),
    ],
)
def test_what_is_taken_away_names_its_oldest_reader_and_the_last_release_that_used_it(
    steps: Path, tmp_path: Path, marks: str, says: bool
) -> None:
    add_step(steps, 'op.drop_table("bans")', marks)

    assert (on_sqlite(tmp_path) == {}) is says


@pytest.mark.parametrize("marks", ["", 'oldest_reader = "9001"'])
async def test_the_database_keeps_who_may_work_on_it(steps: Path, tmp_path: Path, marks: str) -> None:
    add_step(steps, 'op.drop_table("bans")', marks)
    await migration.migrate(make_url(sqlite_url(tmp_path / "telefoon.db")))

    with create_engine(f"sqlite:///{tmp_path}/telefoon.db").connect() as connection:
        assert oldest_reader_of(connection) == ("9001" if marks else FIRST_READER)


async def test_a_program_works_on_the_tables_of_a_newer_one_that_has_only_added(steps: Path, tmp_path: Path) -> None:
    add_step(steps, 'op.add_column("calls", sa.Column("colour", sa.Text()))')
    url = sqlite_url(tmp_path / "telefoon.db")
    await migration.migrate(make_url(url))

    older = await Database.open(url)
    await older.ping()
    await older.close()

    with create_engine(f"sqlite:///{tmp_path}/telefoon.db").connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9001"
