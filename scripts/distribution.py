"""Which distribution this is, and what the table `distributions.toml` says about it."""

from __future__ import annotations

import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.failure import SetupFailed

TABLE = Path(__file__).with_name("distributions.toml")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One row of the table; the meaning of each field is at the table's head."""

    name: str
    version: str
    origin: str
    codename: str
    keyring: str
    source_suites: tuple[str, ...]
    source_component: str
    asterisk_suites: tuple[str, ...]
    build: tuple[str, ...]
    runtime: tuple[str, ...]
    python: tuple[str, ...]
    test: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def all_distributions(table: Path = TABLE) -> tuple[Distribution, ...]:
    """Every row of the table."""
    content = tomllib.loads(table.read_text())
    return tuple(_row(name, version, row) for name, rows in content.items() for version, row in rows.items())


def this_distribution(os_release: Mapping[str, str] | None = None, table: Path = TABLE) -> Distribution:
    """The row for this machine.

    Raises SetupFailed for a distribution that the table lacks, naming those it has.
    """
    facts = os_release if os_release is not None else _facts()
    rows = all_distributions(table)
    for row in rows:
        if (row.name, row.version) == (facts.get("ID"), facts.get("VERSION_ID")):
            return row
    known = ", ".join(str(row) for row in rows)
    raise SetupFailed(
        f"{facts.get('PRETTY_NAME', 'this system')} is not in {table.name}, which knows {known}. "
        f"Add a section for it there, or use one of these."
    )


def _facts() -> Mapping[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def _row(name: str, version: str, row: Mapping[str, object]) -> Distribution:
    def text(field: str) -> str:
        return str(row[field])

    def names(field: str) -> tuple[str, ...]:
        value = row[field]
        if not isinstance(value, list):
            raise SetupFailed(f"{name} {version}: {field} must be a list in {TABLE}")
        return tuple(str(item) for item in value)

    return Distribution(
        name=name,
        version=version,
        origin=text("origin"),
        codename=text("codename"),
        keyring=text("keyring"),
        source_suites=names("source_suites"),
        source_component=text("source_component"),
        asterisk_suites=names("asterisk_suites"),
        build=names("build"),
        runtime=names("runtime"),
        python=names("python"),
        test=names("test"),
    )
