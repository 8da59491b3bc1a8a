"""`telefoon holds`: what no sweep and no erasure may take."""

from typing import Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, as_row, print_json, print_rows
from engine.errors import NotFound
from engine.privacy.audit import CLI
from engine.privacy.retention import HoldOn

holds = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Legal holds: what may not be removed.")


@holds.command("list", epilog=examples("telefoon holds list", "telefoon holds list --all --json"))
def list_holds(
    every: Annotated[bool, typer.Option("--all", help="Also those that were lifted.")] = False, as_json: AsJson = False
) -> None:
    """List holds."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        names = await books.names()
        found = await books.stores.holds.all(in_force=not every)
        return [{**as_row(each), "account": names.get(each.account_id, "")} for each in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {
        "id": "ID",
        "account": "Account",
        "kind": "Kind",
        "object": "Object",
        "reason": "Reason",
        "set_at": "Set",
        "lifted_at": "Lifted",
    }
    print_rows(rows, columns, none="Nothing is held.")


@holds.command(
    "set",
    epilog=examples(
        "telefoon holds set call CA0191f5c2a3b4c5d6e7f8091a2b3c4d5e --account demo --reason 'Case 2026/14'",
        "telefoon holds set account --account demo --reason 'Audit of 2026'",
    ),
)
def set_hold(
    kind: Annotated[HoldOn, typer.Argument(help="What is held.")],
    account: Annotated[str, typer.Option(help="The account's name.")],
    reason: Annotated[str, typer.Option(help="Why, such as the number of a case.")],
    object_: Annotated[str | None, typer.Argument(metavar="[ID]", help="Of the call or the conference.")] = None,
) -> None:
    """Hold a call with its legs, a conference with its calls, or all of an account."""

    async def work(books: LocalStores) -> str:
        owner = await books.account(account)
        held = owner.id if kind is HoldOn.ACCOUNT else object_ or ""
        return (await books.stores.holds.set(owner.id, kind, held, reason, CLI)).id

    typer.echo(f"Held by {with_books(work)}.")


@holds.command(epilog=examples("telefoon holds lift LH0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def lift(hold_id: Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon holds list")]) -> None:
    """Lift a hold."""

    async def work(books: LocalStores) -> None:
        hold = await books.stores.holds.get(hold_id)
        if hold is None:
            raise NoHold(hold_id)
        try:
            await books.stores.holds.lift(hold.account_id, hold_id, CLI)
        except NotFound:
            raise NoHold(hold_id) from None

    with_books(work)
    typer.echo(f"{hold_id} is lifted.")


class NoHold(NotFound):
    """No hold in force has this id."""

    def __init__(self, hold_id: str) -> None:
        super().__init__("hold", hold_id)
        self.args = (f"There is no hold {hold_id} in force. See them with: telefoon holds list",)
