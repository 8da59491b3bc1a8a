"""`telefoon trunks events`: what has happened to a trunk, in this node's own database."""

from typing import Annotated, Any, Final

import typer

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json, print_rows

EXAMPLES: Final = examples("telefoon trunks events carrier-a", "telefoon trunks events carrier-a --limit 500 --json")
_COLUMNS: Final = {"at": "When", "kind": "What", "detail": "Which host, or answer", "node": "Node"}


def events(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The trunk's name, such as carrier-a.")],
    limit: Annotated[int, typer.Option(help="The newest so many.", min=1, max=5000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest changes of a trunk: registered or not, silent or not, hosts left alone, full or not.

    Also of a trunk that is gone.
    """

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        from api.http.trunk_json import trunk_event_json

        found, _ = await books.stores.trunk_events.of_trunk(name, page_size=limit)
        return [trunk_event_json(each) for each in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    print_rows(rows, _COLUMNS, none=f"Nothing has happened to a trunk {name}.")
