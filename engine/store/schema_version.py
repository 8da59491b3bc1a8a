"""Which step of the migrations a database is at, and whose it may be, asked without loading what migrates.

Nodes are upgraded one after the other, so a program must work on the tables of a newer one for a while. A migration
that only adds (expand) leaves them fit for the programs before it; one that takes away what those use (contract) names
as its `oldest_reader` the first step whose program does without. The newest such name is kept beside the step.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

FIRST_READER: Final = "0034"
"""Programs of the steps before it work on their own tables alone."""

_STEPS: Final = Path(__file__).with_name("migrations") / "versions"
_TABLE: Final = "alembic_version"
_OLDEST_READER: Final = "oldest_reader"


def newest() -> str:
    """The step that this program's tables are at, such as "0012": each file of a migration begins with its step."""
    return max(path.name.partition("_")[0] for path in _STEPS.glob("[0-9]*.py"))


def rewrite(connection: Connection) -> None:
    """Write the step once more as it is: a change that changes nothing, and fails where changes do."""
    connection.execute(text(f"UPDATE {_TABLE} SET version_num = version_num"))


def step_of(connection: Connection) -> str | None:
    """The step of the database; None for one without tables. Raises as databases do."""
    if not inspect(connection).has_table(_TABLE):
        return None
    step: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))
    return step


def is_fit(connection: Connection) -> bool:
    """Whether this program works on the tables as they are: its own, or newer ones that lack nothing it uses."""
    step, ours = step_of(connection), newest()
    if step is None or step <= ours:
        return step == ours
    oldest = oldest_reader_of(connection)
    return oldest is not None and oldest <= ours


def oldest_reader_of(connection: Connection) -> str | None:
    """The oldest step whose program works on the tables; None where nobody has said so."""
    if not _says_oldest_reader(connection):
        return None
    oldest: str | None = connection.scalar(text(f"SELECT {_OLDEST_READER} FROM {_TABLE}"))
    return oldest


def keep_oldest_reader(connection: Connection, step: str) -> None:
    """Write it beside the step, in the transaction that has migrated."""
    if not _says_oldest_reader(connection):
        connection.execute(text(f"ALTER TABLE {_TABLE} ADD COLUMN {_OLDEST_READER} VARCHAR(32)"))
    connection.execute(text(f"UPDATE {_TABLE} SET {_OLDEST_READER} = :step"), {"step": step})


def _says_oldest_reader(connection: Connection) -> bool:
    return any(column["name"] == _OLDEST_READER for column in inspect(connection).get_columns(_TABLE))
