"""`telefoon accounts` and `telefoon keys`: who may use the REST interface."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.local import Books, with_books
from api.cli.output import AsJson, as_row, print_json, print_rows
from engine.errors import NotFound

if TYPE_CHECKING:
    from engine.store import AccountSecret

accounts = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Accounts.")
keys = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="API keys of accounts, and the master key of recordings."
)


@accounts.command("list", epilog=examples("telefoon accounts list", "telefoon accounts list --json"))
def list_accounts(as_json: AsJson = False) -> None:
    """List accounts."""

    async def work(books: Books) -> list[dict[str, Any]]:
        return [as_row(account) for account in await books.accounts.all()]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {"id": "ID", "name": "Name", "created_at": "Created"}
    print_rows(rows, columns, none="There are no accounts. Make one with: telefoon keys create --account NAME")


@accounts.command(epilog=examples("telefoon accounts secret demo", "telefoon accounts secret demo --rotate"))
def secret(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new one; the old one signs along for 24 hours.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the secret that webhooks of an account are signed with."""

    async def work(books: Books) -> "AccountSecret":
        owner = await books.account(name)
        if rotate:
            return await books.secrets.rotate(owner.id)
        return (await books.secrets.valid(owner.id))[0]

    found = with_books(work)
    if as_json:
        print_json({"id": found.id, "account": name, "created_at": found.created_at, "secret": found.secret})
        return
    typer.echo(f"Webhooks of account {name} are signed with: {found.secret}")


@keys.command(
    epilog=examples(
        "telefoon keys create --account demo", "KEY=$(telefoon keys create --account demo | awk '{print $NF}')"
    )
)
def create(
    account: Annotated[str, typer.Option(help="The account's name; it is made if there is none.")],
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once: only its hash is stored."""

    async def work(books: Books) -> dict[str, Any]:
        owner = await books.accounts.ensure(account)
        made, secret = await books.accounts.create_key(owner.id)
        return {"id": made.id, "account": owner.name, "created_at": made.created_at, "key": secret}

    made = with_books(work)
    if as_json:
        print_json(made)
        return
    typer.echo(f"Key {made['id']} of account {made['account']}. Keep it now, it is not shown again: {made['key']}")


@keys.command("list", epilog=examples("telefoon keys list", "telefoon keys list --account demo --json"))
def list_keys(
    account: Annotated[str | None, typer.Option(help="Only the keys of this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """List keys: their last four characters, and when they were used."""

    async def work(books: Books) -> list[dict[str, Any]]:
        owner = await books.account(account) if account is not None else None
        names = await books.names()
        found = await books.accounts.keys(owner.id if owner else None)
        return [{**as_row(key), "account": names.get(key.account_id, "")} for key in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    columns = {
        "id": "ID",
        "account": "Account",
        "hint": "Ends in",
        "created_at": "Created",
        "last_used_at": "Last used",
        "revoked_at": "Revoked",
    }
    print_rows(rows, columns, none="There are no keys. Make one with: telefoon keys create --account NAME")


@keys.command(epilog=examples("telefoon keys revoke SK0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon keys list")]) -> None:
    """Make a key useless, at once and for good."""

    async def work(books: Books) -> bool:
        return await books.accounts.revoke(key_id)

    if not with_books(work):
        raise NoKey(key_id)
    typer.echo(f"Key {key_id} is revoked.")


class NoKey(NotFound):
    """No key in use has this id."""

    def __init__(self, key_id: str) -> None:
        super().__init__("key", key_id)
        self.args = (f"There is no key {key_id} in use. See them with: telefoon keys list",)
