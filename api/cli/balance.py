"""`telefoon balance`: what accounts have paid beforehand, in this node's own database."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_facts, print_json, print_rows
from engine.errors import InvalidField
from engine.privacy.audit import CLI

if TYPE_CHECKING:
    from engine.model.balance import Balance

balance = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Prepaid balances of accounts.")

AccountName = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]


@balance.command(epilog=examples("telefoon balance show demo", "telefoon balance show demo --entries 100 --json"))
def show(
    name: AccountName,
    entries: Annotated[int, typer.Option(help="The newest so many of its ledger.", min=0, max=5000)] = 0,
    as_json: AsJson = False,
) -> None:
    """Show what is available, reserved for calls and spent, and how it came to that."""

    async def work(books: LocalStores) -> tuple["Balance | None", list[dict[str, Any]]]:
        from api.http.balance_json import balance_entry_json

        account = await books.account(name)
        found, _ = await books.stores.balances.entries(account.id, page_size=entries or 1)
        ledger = [balance_entry_json(each) for each in found] if entries else []
        return await books.stores.balances.of(account.id), ledger

    found, ledger = with_books(work)
    if found is None:
        raise InvalidField("account", f"Account {name} has never paid beforehand: telefoon balance add {name} 25.00")
    _print(found, ledger, as_json=as_json)


@balance.command(
    epilog=examples(
        "telefoon balance add demo 25.00 --key invoice-2026-17",
        "telefoon balance add demo 5.00 --note 'goodwill'",
        "telefoon balance add demo --key refund-3 -- -5.00",
    )
)
def add(
    name: AccountName,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="In EUR; below zero takes back.")],
    key: Annotated[
        str | None, typer.Option(help="Of the payment: with the same one again nothing is added twice.")
    ] = None,
    note: Annotated[str, typer.Option(help="What it was for.")] = "",
    as_json: AsJson = False,
) -> None:
    """Top an account up; the first time, its calls need its balance from then on."""

    async def work(books: LocalStores) -> "Balance":
        from engine.ids import IdKind, new_id
        from engine.store.values import utc_now

        account = await books.account(name)
        used = key or new_id(IdKind.BALANCE_ENTRY)
        made = await books.stores.balances.top_up(account.id, units, used, utc_now(), note)
        await books.stores.audit.add(CLI, "balance.top_up", account.id, account=account.id, amount=amount, key=used)
        return made

    units = _units(amount)
    _print(with_books(work), [], as_json=as_json)


@balance.command(epilog=examples("telefoon balance prepaid demo --off", "telefoon balance prepaid demo"))
def prepaid(
    name: AccountName,
    off: Annotated[bool, typer.Option("--off", help="They need none any more; the balance stays.")] = False,
) -> None:
    """Have calls of an account need its balance, or none."""

    async def work(books: LocalStores) -> None:
        account = await books.account(name)
        await books.stores.balances.set_prepaid(account.id, not off)
        await books.stores.audit.add(CLI, "balance.prepaid", account.id, account=account.id, prepaid=not off)

    with_books(work)
    typer.echo(f"Calls of account {name} need {'no' if off else 'its'} balance from now on.")


def _units(amount: str) -> int:
    from engine.model.balance import read_amount

    try:
        return read_amount(amount)
    except ValueError as error:
        raise InvalidField("amount", f"AMOUNT: {error}") from None


def _print(found: "Balance", ledger: list[dict[str, Any]], *, as_json: bool) -> None:
    from api.http.balance_json import balance_json

    facts = balance_json(found)
    if as_json:
        print_json({**facts, "entries": ledger} if ledger else facts)
        return
    print_facts(facts)
    if ledger:
        columns = {"at": "When", "kind": "What", "amount": "EUR", "key": "Key", "note": "Note"}
        print_rows(ledger, columns, none="")
