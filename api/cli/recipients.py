"""`telefoon privacy recipients`: the hosts of programs that calls reached, for the records of processing."""

from typing import Any, Final

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, as_row, print_json, print_rows

EXAMPLES: Final = examples("telefoon privacy recipients", "telefoon privacy recipients --json")


def recipients(as_json: AsJson = False) -> None:
    """List the hosts of programs that heard calls or spoke on them, by account: recipients under GDPR art. 30(1)(d)."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        names = await books.names()
        found = await books.stores.recipients.all()
        return [{**as_row(each), "account": names.get(each.account_id, "")} for each in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {"account": "Account", "host": "Host", "first_at": "First", "last_at": "Last", "times": "Times"}
    print_rows(rows, columns, none="No program has heard a call or spoken on one, of calls that are still known.")
