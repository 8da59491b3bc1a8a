"""Which step of the migrations a database is at, asked without loading what migrates."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

_STEPS: Final = Path(__file__).with_name("migrations") / "versions"
_TABLE: Final = "alembic_version"


def newest() -> str:
    """The step that this program's tables are at, such as "0012": each file of a migration begins with its step."""
    return max(path.name.partition("_")[0] for path in _STEPS.glob("[0-9]*.py"))


def rewrite(connection: Connection) -> None:
    """Write the step once more as it is: a change that changes nothing, and fails where changes do."""
    connection.execute(text(f"UPDATE {_TABLE} SET version_num = version_num"))


def is_current(connection: Connection) -> bool:
    """Whether nothing has to be migrated. Raises as databases do."""
    if not inspect(connection).has_table(_TABLE):
        return False
    step: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))
    return step == newest()
