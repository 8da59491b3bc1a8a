"""Reads the settings file's tables `[[trunks]]`, and says in which line one of them is wrong."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidField, SetupError
from engine.model.trunk import Trunk, new_trunk
from engine.model.trunk.profiles import with_profile

_TABLE: Final = re.compile(r"^\s*\[\[\s*trunks\s*\]\]")
_INNER_TABLE: Final = re.compile(r"^\s*\[\[?\s*trunks\s*\.\s*[\"']?(\w+)")
"""A field that is a table of its own, such as [trunks.called]."""
_ANY_TABLE: Final = re.compile(r"^\s*\[")


def trunks_of_file(tables: Sequence[Mapping[str, Any]], file: Path) -> Sequence[Trunk]:
    """Raises SetupError with the file, the line and what is allowed."""
    trunks: dict[str, Trunk] = {}
    for number, table in enumerate(tables):
        try:
            trunk = new_trunk(with_profile(table))
            if trunk.name in trunks:
                raise InvalidField("name", f"There are two trunks {trunk.name}.")
        except InvalidField as error:
            raise SetupError(f"{_place(file, number, error.field)}: {error}{_allowed(error)}") from None
        trunks[trunk.name] = trunk
    return tuple(trunks.values())


def _allowed(error: InvalidField) -> str:
    facts = Trunk.table().get(error.field)
    return f" {error.field} is {facts.kind.allowed}. {facts.help}" if facts else ""


def _place(file: Path, number: int, field: str) -> str:
    """The file and the line of a field, of its table where the field is not there; tomllib itself tells none."""
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    begins = [at for at, line in enumerate(lines) if _TABLE.match(line)]
    if number >= len(begins):
        return str(file)
    begin = begins[number]
    key = re.compile(rf"^\s*[\"']?{re.escape(field)}[\"']?\s*[=.]")
    in_own = True
    for at in range(begin + 1, len(lines)):
        if (inner := _INNER_TABLE.match(lines[at])) is not None:
            in_own = False
            if inner[1] == field:
                return f"{file}, line {at + 1}"
        elif _ANY_TABLE.match(lines[at]):
            break
        elif in_own and key.match(lines[at]):
            return f"{file}, line {at + 1}"
    return f"{file}, line {begin + 1}"
