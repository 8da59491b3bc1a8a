"""The costs of a trunk: what its carrier asks for a minute, by the beginning of the called number; read from CSV."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from engine.model.rating import CURRENCY

COLUMNS: Final = ("prefix", "per_minute")
MOST_COSTS: Final = 200_000
_MOST_FAULTS: Final = 20
_PREFIX: Final = re.compile(r"(\+?[1-9][0-9]{0,14})?")
_AMOUNT: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")

Costs = Mapping[str, Decimal]
"""In EUR a minute, by the beginning of a number in E.164; that of the empty one is for all other numbers."""


@dataclass(frozen=True, slots=True)
class CostFault:
    """What is wrong with a line, counted from 1, in one of its columns."""

    line: int
    column: str
    detail: str

    @property
    def place(self) -> str:
        return f"line {self.line}, {self.column}"


@dataclass(frozen=True, slots=True)
class CostSheet:
    """What a CSV says, and its first faults."""

    costs: Costs
    faults: Sequence[CostFault]


def read_costs(text: str) -> CostSheet:
    """Read a CSV whose first line names its columns: prefix and per_minute, in any order, beside whatever others."""
    lines = text.removeprefix("\ufeff").splitlines()
    title = [name.strip().lower() for name in next(csv.reader(lines[:1]), [])]
    if missing := [name for name in COLUMNS if name not in title]:
        return CostSheet({}, [CostFault(1, name, f"There is no column {name}.") for name in missing])
    costs: dict[str, Decimal] = {}
    return CostSheet(costs, list(islice(_read(lines, title, costs), _MOST_FAULTS)))


def _read(lines: Sequence[str], title: Sequence[str], costs: dict[str, Decimal]) -> Iterator[CostFault]:
    """Add the costs of all lines but the first, and give what is wrong with others."""
    for line, text in enumerate(lines[1:], 2):
        try:
            row = next(csv.reader([text]), [])
        except csv.Error as error:
            yield CostFault(line, COLUMNS[0], f"The line can't be read: {error}.")
            continue
        given = dict(zip(title, (value.strip() for value in row), strict=False))
        if not any(given.values()):
            continue
        prefix, amount = given.get("prefix", ""), given.get("per_minute", "")
        if faults := list(_faults(line, prefix, amount, costs)):
            yield from faults
        else:
            costs[_e164(prefix)] = Decimal(amount)


def _faults(line: int, prefix: str, amount: str, before: Costs) -> Iterator[CostFault]:
    if not _PREFIX.fullmatch(prefix):
        wanted = "is no beginning of a number; write +32, or nothing for all others."
        yield CostFault(line, "prefix", f"{prefix!r} {wanted}")
    elif _e164(prefix) in before:
        yield CostFault(line, "prefix", f"There is a cost for {prefix!r} already.")
    if not _AMOUNT.fullmatch(amount):
        yield CostFault(line, "per_minute", f"{amount!r} is no amount; write {CURRENCY} a minute, such as 0.0125.")
    if len(before) >= MOST_COSTS:
        yield CostFault(line, "prefix", f"There are more than {MOST_COSTS} costs.")


def _e164(prefix: str) -> str:
    return f"+{prefix.removeprefix('+')}" if prefix else ""
