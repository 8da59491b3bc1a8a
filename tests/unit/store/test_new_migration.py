"""python -m engine.store.new_migration: the migration that is written leads to the tables as they are."""

from pathlib import Path
from shutil import copytree

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, make_url

from engine.store import migration, new_migration
from engine.store.tables.complete import metadata

_FIRST_LEFT_OUT = "0012"
"""The step of the object store's table, whose columns are of all kinds."""


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations without the last ones, in a folder of their own."""
    migrations = copytree(migration._MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(migration, "_MIGRATIONS", migrations)
    for step in (migrations / "versions").glob("0*.py"):
        if step.name >= _FIRST_LEFT_OUT:
            step.unlink()
    return migrations / "versions"


async def test_what_the_last_migrations_lack_is_written(versions: Path, tmp_path: Path) -> None:
    made = await new_migration.written("object store")
    await migration.migrate(make_url(f"sqlite+aiosqlite:///{tmp_path}/telefoon.db"))

    assert made == versions / "0012_object_store.py"
    with create_engine(f"sqlite:///{tmp_path}/telefoon.db").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.usefixtures("versions")
async def test_types_are_named_as_the_database_knows_them() -> None:
    text = (await new_migration.written("object store")).read_text("utf-8")

    assert "sa.Column('url', sa.Text()" in text
    assert "sa.Column('since', UtcDateTime()" in text
    assert "from engine.store.types import UtcDateTime" in text
