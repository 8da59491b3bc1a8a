"""`telefoon trunks costs`: what a carrier asks for a minute, by the beginning of the called number."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json, print_rows
from engine.errors import InvalidField
from engine.model.trunk.costs import Costs, read_costs
from engine.privacy.audit import CLI

EXAMPLES: Final = examples(
    "telefoon trunks costs carrier-a --file carrier-a.csv",
    "telefoon trunks costs carrier-a",
    "telefoon trunks costs carrier-a --json",
)


def costs(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The trunk's name, such as carrier-a.")],
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Have these in place of all others: columns prefix and per_minute, in EUR.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set what a trunk costs a minute, or show it; of trunks alike in all else the cheapest is called first."""
    if file is not None:
        _set(name, _read(file))
    kept = with_books(lambda books: books.stores.trunk_costs.of(name))
    rows: list[dict[str, Any]] = [{"prefix": prefix, "per_minute": str(cost)} for prefix, cost in kept.items()]
    if as_json:
        print_json(rows)
    elif file is not None:
        typer.echo(f"Trunk {name} has {len(rows)} costs; a server that runs takes them up within two seconds.")
    else:
        shown = [{**row, "prefix": row["prefix"] or "all others"} for row in rows]
        print_rows(shown, {"prefix": "Prefix", "per_minute": "EUR a minute"}, none=f"Trunk {name} has no costs.")


def _set(name: str, given: Costs) -> None:
    async def work(books: LocalStores) -> None:
        await books.stores.trunk_costs.set(name, given)
        await books.stores.audit.add(CLI, "trunk.costs", name, costs=len(given))

    with_books(work)


def _read(file: Path) -> Costs:
    """Raises InvalidField with every fault."""
    try:
        sheet = read_costs(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidField("file", f"{file} can't be read: {getattr(error, 'strerror', None) or error}.") from None
    if sheet.faults:
        raise InvalidField("file", "\n".join(f"{file}, {fault.place}: {fault.detail}" for fault in sheet.faults))
    return sheet.costs
