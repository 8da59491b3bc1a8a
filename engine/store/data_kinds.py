"""The kinds of data in a table and each of its columns: of whom, whether it tells of a person, and how long it is kept.

Every column is made by `personal` or `technical`, every table is given `about(…)`: from these come the inventory, the
records of processing in docs/compliance/, and what a person's export and erasure meet.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, Table

from engine.privacy.retention import DataCategory

ACCOUNT_LIFE: Final = "as long as the account"
_KEY: Final = "data"


class Whose(StrEnum):
    """The person that data is about."""

    CALLERS = "callers and called people"
    CUSTOMERS = "customers' staff (accounts)"
    OPERATORS = "operators"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class TableData:
    """The facts of a table. `kept` is the kind of retention of its rows; without one `until` says when they go.

    An erasure does not look for a caller's number in one that is not `searched`.
    """

    purpose: str
    whose: Whose
    kept: DataCategory | None
    until: str
    searched: bool


@dataclass(frozen=True, slots=True)
class ColumnData:
    """Whether a column tells of a person (`personal`), whether a person's export has it (`told`), and whether it is
    `emptied` when a person is taken out of the row. Its time is its table's."""

    personal: bool
    told: bool
    emptied: bool


def about(
    purpose: str, whose: Whose, *, kept: DataCategory | None = None, until: str = "", searched: bool = True
) -> dict[str, Any]:
    """The `info` of a table."""
    return {_KEY: TableData(purpose, whose, kept, until, searched)}


def personal(name: str, *definition: Any, told: bool = True, emptied: bool = False, **options: Any) -> Column[Any]:
    """A column that tells of a person."""
    return Column(name, *definition, info={_KEY: ColumnData(True, told, emptied)}, **options)


def technical(name: str, *definition: Any, told: bool = True, **options: Any) -> Column[Any]:
    """A column that tells of no person; one that is not `told` is a secret of ours."""
    return Column(name, *definition, info={_KEY: ColumnData(False, told, False)}, **options)


def data_of_table(table: Table) -> TableData:
    """What is said of it. Raises KeyError for a table that is given no `about`."""
    data: TableData = table.info[_KEY]
    return data


def data_of(column: Column[Any]) -> ColumnData:
    """What is said of it. Raises KeyError for a column that says nothing."""
    data: ColumnData = column.info[_KEY]
    return data
