"""`telefoon retention`: how long what is kept, and what is due."""

from typing import Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json, print_rows
from engine.errors import InvalidField
from engine.privacy.audit import CLI
from engine.privacy.retention import FOR_EVER, LONGEST_DAYS, OF_THE_NODE, DataCategory

retention = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="How long what is kept.")

_ACCOUNT = typer.Option(help="The account's name.")
_DEFAULT = "default"


@retention.command(epilog=examples("telefoon retention show", "telefoon retention show --account demo --json"))
def show(
    account: Annotated[str | None, typer.Option(help="As this account has it.")] = None, as_json: AsJson = False
) -> None:
    """Show the days that each kind is kept; 0 is for ever."""
    from api.node.periods import periods_of
    from config.settings import load

    async def work(books: LocalStores) -> dict[DataCategory, int]:
        return await books.stores.retention.periods((await books.account(account)).id) if account else {}

    own = with_books(work)
    days = periods_of(load()).overridden(own).days
    rows = [
        {"kind": kind.value, "days": days[kind], "set_for": account if kind in own else "every account"}
        for kind in DataCategory
    ]
    if as_json:
        print_json(rows)
        return
    print_rows(rows, {"kind": "Kind", "days": "Days", "set_for": "Set for"}, none="Nothing is kept.")


@retention.command(
    "set",
    epilog=examples(
        "telefoon retention set recordings 30 --account demo",
        "telefoon retention set recordings default --account demo",
    ),
)
def set_period(
    kind: Annotated[DataCategory, typer.Argument(help="What.")],
    days: Annotated[str, typer.Argument(help=f"Days; {FOR_EVER} for ever; {_DEFAULT} as the settings say.")],
    account: Annotated[str, _ACCOUNT],
) -> None:
    """Give an account a period of its own."""
    if kind in OF_THE_NODE:
        raise InvalidField("kind", f"There is one of it for all accounts: set TELEFOON_KEEP_{kind.upper()}_DAYS.")
    if days != _DEFAULT and not (days.isdecimal() and int(days) <= LONGEST_DAYS):
        raise InvalidField("days", f"{days} is no number of days; write 0 to {LONGEST_DAYS}, or {_DEFAULT}.")
    wanted = None if days == _DEFAULT else int(days)

    async def work(books: LocalStores) -> None:
        owner = await books.account(account)
        await books.stores.retention.set_period(owner.id, kind, wanted)
        await books.stores.audit.add(CLI, "retention.set", owner.id, kind=kind.value, days=wanted)

    with_books(work)
    typer.echo(f"{kind.capitalize()} of account {account}: {'as the settings say' if wanted is None else wanted} days.")


@retention.command(epilog=examples("telefoon retention sweep --dry-run", "telefoon retention sweep --json"))
def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what has been kept long enough. A serving node does so by itself every hour."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        found = await (books.sweeper.due() if dry_run else books.sweeper.sweep(CLI))
        names = await books.names()
        rows: dict[tuple[str, str], int] = {}
        for each in found:
            key = (names.get(each.account_id, ""), each.kind.value)
            rows[key] = rows.get(key, 0) + each.count
        return [{"account": account, "kind": kind, "count": count} for (account, kind), count in rows.items()]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    title = "Would go" if dry_run else "Gone"
    print_rows(rows, {"account": "Account", "kind": "Kind", "count": title}, none="Nothing is due.")
