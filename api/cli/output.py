"""Output of lists and values: as a table for people, as JSON for programs."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_NOTHING: Final = "-"


def print_json(value: object) -> None:
    """Dataclasses, times and decimals are written as the REST interface writes them."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, none: str) -> None:
    """A table of the columns given, title by field; the sentence `none` where there are no rows."""
    if not rows:
        typer.echo(none)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in columns.values():
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(row.get(field))) for field in columns))
    console = Console()
    if not console.is_terminal:
        console.width = 10_000  # whoever reads this from a pipe wants a row a line
    console.print(table)


def print_page(listed: Mapping[str, Any], field: str, columns: Mapping[str, str], *, none: str, as_json: bool) -> None:
    """A page of a list as the REST interface gives it, under `field`, and how many there are in all."""
    if as_json:
        print_json(listed)
        return
    print_rows(listed[field], columns, none=none)
    if listed["total"] > len(listed[field]):
        typer.echo(f"{listed['total']} in all; see others with --page and --page-size")


def print_facts(facts: Mapping[str, Any]) -> None:
    """One fact a line; those without a value are left out."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        if value not in (None, "", [], {}):
            typer.echo(f"{name:<{width}}  {_shown(value)}")


def as_row(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, with the options of calls that it has beside its own."""
    row = dataclasses.asdict(value)
    options = row.pop("options", {})
    return {**row, **options}


def _shown(value: Any) -> str:
    match value:
        case None | "":
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    return str(value)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)
