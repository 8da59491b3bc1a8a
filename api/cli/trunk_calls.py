"""`telefoon trunks calls`: the newest calls of a trunk, both ways, in this node's own database."""

from typing import Annotated, Any, Final

import typer

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json, print_rows

EXAMPLES: Final = examples("telefoon trunks calls carrier-a", "telefoon trunks calls carrier-a --limit 500 --json")
_COLUMNS: Final = {
    "start_time": "Start",
    "direction": "Direction",
    "from": "From",
    "to": "To",
    "status": "Status",
    "sip_code": "SIP",
    "id": "Call",
}


def calls(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The trunk's name, such as carrier-a.")],
    limit: Annotated[int, typer.Option(help="The newest so many.", min=1, max=5000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest calls that came in by a trunk, or that it was the last to be sent.

    Also of a trunk that is gone. What became of one is told by: telefoon calls explain ID
    """

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        from api.http.serializers import call_json

        return [dict(call_json(each)) for each in await books.stores.calls.of_trunk(name, limit)]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    print_rows(rows, _COLUMNS, none=f"No call went by a trunk {name}.")
