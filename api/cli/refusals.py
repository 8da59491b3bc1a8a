"""`telefoon refusals`: calls that came in and were refused, by all nodes of the database."""

from typing import Annotated, Any, Final

import typer

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json, print_rows

EXAMPLES: Final = examples("telefoon refusals", "telefoon refusals --limit 500 --json")
_COLUMNS: Final = {
    "last_at": "Last",
    "count": "Calls",
    "source": "From",
    "number": "Number",
    "rule": "Rule",
    "first_at": "First",
}


def refusals(
    limit: Annotated[int, typer.Option(help="The last so many.", min=1, max=5000)] = 100, as_json: AsJson = False
) -> None:
    """List calls that came in and were refused, and what to do about them."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        from api.http.serializers import refusal_json

        return [refusal_json(each) for each in await books.stores.refusals.newest(limit)]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    print_rows(rows, _COLUMNS, none="No call was refused.")
    for rule, advice in {row["rule"]: row["advice"] for row in rows}.items():
        typer.echo(f"{rule}: {advice}")
