"""Writes the migration from the last one to the tables as they are now.

.venv/bin/python -m engine.store.new_migration "voice of calls"; then look at it, and `make format`.
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from alembic import command
from alembic.operations.ops import CreateTableOp, MigrationScript, OpContainer
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import URL, Connection

from engine.store import sqlite
from engine.store.migration import configured, migrate

_DIGITS: Final = 4


async def written(message: str) -> Path:
    """The new file, beside the others."""
    with TemporaryDirectory() as scratch:
        url = URL.create("sqlite+aiosqlite", database=str(Path(scratch) / "telefoon.db"))
        await migrate(url)
        engine = sqlite.create_engine(url)
        try:
            with engine.connect() as connection:
                return _revision(connection, message)
        finally:
            engine.dispose()


def _revision(connection: Connection, message: str) -> Path:
    config = configured(connection)
    last = ScriptDirectory.from_config(config).get_current_head() or "0"
    number = f"{int(last) + 1:0{_DIGITS}}"
    made = command.revision(
        config, message, autogenerate=True, rev_id=number, process_revision_directives=_without_descriptions
    )
    assert isinstance(made, Script)
    return Path(made.path)


def _without_descriptions(_: MigrationContext, __: object, scripts: list[MigrationScript]) -> None:
    """What a table says of its data (engine/store/data_kinds.py) is no matter of the database's."""
    for script in scripts:
        for way in (script.upgrade_ops, script.downgrade_ops):
            for operation in way.ops if isinstance(way, OpContainer) else ():
                if isinstance(operation, CreateTableOp):
                    operation.info = {}
                    operation.kw.pop("info", None)


def main() -> None:
    """Write it, and say where."""
    sys.stdout.write(f"{asyncio.run(written(' '.join(sys.argv[1:])))}\n")


if __name__ == "__main__":
    main()
