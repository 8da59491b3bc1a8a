"""The kind of a called number, by the plans of all countries and a table of our own of what these leave open."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

_FILE: Final = "number_kinds.toml"


class NumberKind(StrEnum):
    """The kinds of numbers, as policies name them."""

    FIXED = "fixed"
    MOBILE = "mobile"
    TOLL_FREE = "toll-free"
    PREMIUM = "premium"
    SHARED_COST = "shared-cost"
    PERSONAL = "personal"
    SATELLITE = "satellite"
    VOIP = "voip"
    OTHER = "other"
    """Pagers, voice mail and numbers of whole companies."""
    UNKNOWN = "unknown"
    """A range that no plan knows, or no number of E.164 at all."""


@dataclass(frozen=True, slots=True)
class KindRow:
    """Numbers that begin with `prefix` (digits) are of this kind; `source` says by which document."""

    prefix: str
    kind: NumberKind
    source: str


def kind_of(e164: str) -> NumberKind:
    """The kind of a number in E.164: that of the longest prefix of our table, else that of its country's plan."""
    table, digits = load_kinds(), e164.removeprefix("+")
    row = next((table[digits[:end]] for end in range(len(digits), 0, -1) if digits[:end] in table), None)
    if row is not None:
        return row.kind
    # Commands that look at no number are spared loading all plans.
    from engine.model.number_plans import kind

    return NumberKind(kind(e164))


@cache
def load_kinds() -> Mapping[str, KindRow]:
    """The rows of config/number_kinds.toml, by their prefix."""
    data = tomllib.loads((files("config") / _FILE).read_text("utf-8"))
    rows = (KindRow(each["prefix"], NumberKind(each["kind"]), each["source"]) for each in data["rows"])
    return {row.prefix: row for row in rows}
