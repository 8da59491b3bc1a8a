"""`telefoon keys`: the API keys of accounts, which open the REST interface."""

from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.durations import duration
from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.master_key import EXAMPLES as ROTATE_EXAMPLES
from api.cli.master_key import rotate_master
from api.cli.output import AsJson, as_row, print_json, print_rows
from engine.errors import InvalidField, NotFound
from engine.model.accounts import CALLS_ONLY, ApiKey, Network, Scope
from engine.privacy.audit import CLI

if TYPE_CHECKING:
    from datetime import datetime

keys = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="API keys of accounts, and the master key of recordings."
)

_COLUMNS: Final = {
    "id": "ID",
    "account": "Account",
    "hint": "Ends in",
    "scopes": "For",
    "networks": "From",
    "created_at": "Created",
    "expires_at": "Expires",
    "last_used_at": "Last used",
    "last_used_from": "By",
    "revoked_at": "Revoked",
}

KeyId = Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon keys list")]


@keys.command(
    epilog=examples(
        "telefoon keys create --account demo",
        "telefoon keys create --account demo --scope calls:read --scope recordings --expires-in 90d",
        "telefoon keys create --account demo --network 203.0.113.0/24 --network 2001:db8::/32",
        "KEY=$(telefoon keys create --account demo | awk '{print $NF}')",
    )
)
def create(
    account: Annotated[str, typer.Option(help="The account's name; it is made if there is none.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What the key is for; may be given again. Calls, if left out.")
    ] = None,
    expires_in: Annotated[str | None, typer.Option(help="It opens nothing after this time, such as 90d.")] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="Only clients in this network (CIDR) may use it; may be given again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once: only its hash is stored."""
    networks = tuple(map(_network, network or ()))
    length = duration("expires-in", expires_in) if expires_in is not None else None

    async def work(books: LocalStores) -> dict[str, Any]:
        owner = await books.stores.accounts.ensure(account)
        made, secret = await books.stores.accounts.create_key(
            owner.id, frozenset(scope or CALLS_ONLY), expires_at=_after(length), networks=networks
        )
        await books.stores.audit.add(CLI, "key.create", made.id, account=owner.id, scopes=sorted(made.scopes))
        return _told(made, owner.name, secret)

    made = with_books(work)
    if as_json:
        print_json(made)
        return
    typer.echo(f"Key {made['id']} of account {made['account']}. Keep it now, it is not shown again: {made['key']}")


@keys.command(epilog=examples("telefoon keys rotate SK0191f5c2a3b4c5d6e7f8091a2b3c4d5e --overlap 24h"))
def rotate(
    key_id: KeyId,
    overlap: Annotated[str, typer.Option(help="For how long the old key opens as well, such as 24h or 0s.")] = "24h",
    as_json: AsJson = False,
) -> None:
    """Make a key in another's place, for the same things, and print it, once; the old one ends after the overlap."""
    length = duration("overlap", overlap)

    async def work(books: LocalStores) -> dict[str, Any] | None:
        rotated = await books.stores.accounts.rotate_key(key_id, length)
        if rotated is None:
            return None
        made, secret = rotated
        await books.stores.audit.add(CLI, "key.rotate", key_id, account=made.account_id, new=made.id)
        return _told(made, (await books.names()).get(made.account_id, ""), secret)

    made = with_books(work)
    if made is None:
        raise NoKey(key_id)
    if as_json:
        print_json(made)
        return
    typer.echo(
        f"Key {key_id} opens for another {overlap} at most. "
        f"Key {made['id']} is in its place. Keep it now, it is not shown again: {made['key']}"
    )


@keys.command("list", epilog=examples("telefoon keys list", "telefoon keys list --account demo --json"))
def list_keys(
    account: Annotated[str | None, typer.Option(help="Only the keys of this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """List keys: their last four characters, and when and from which network they were used."""

    async def work(books: LocalStores) -> list[dict[str, Any]]:
        owner = await books.account(account) if account is not None else None
        names = await books.names()
        found = await books.stores.accounts.keys(owner.id if owner else None)
        return [{**_facts(key), "account": names.get(key.account_id, "")} for key in found]

    rows = with_books(work)
    if as_json:
        print_json(rows)
        return
    print_rows(rows, _COLUMNS, none="There are no keys. Make one with: telefoon keys create --account NAME")


@keys.command(epilog=examples("telefoon keys revoke SK0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def revoke(key_id: KeyId) -> None:
    """Make a key useless, at once and for good."""

    async def work(books: LocalStores) -> bool:
        revoked = await books.stores.accounts.revoke(key_id)
        if revoked:
            await books.stores.audit.add(CLI, "key.revoke", key_id)
        return revoked

    if not with_books(work):
        raise NoKey(key_id)
    typer.echo(f"Key {key_id} is revoked.")


keys.command("rotate-master", epilog=ROTATE_EXAMPLES)(rotate_master)


class NoKey(NotFound):
    """No key in use has this id."""

    def __init__(self, key_id: str) -> None:
        super().__init__("key", key_id)
        self.args = (f"There is no key {key_id} in use. See them with: telefoon keys list",)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise InvalidField("network", f"--network is {text}; write a network such as 203.0.113.0/24.") from None


def _after(length: timedelta | None) -> "datetime | None":
    from engine.store.values import utc_now

    return utc_now() + length if length is not None else None


def _facts(key: ApiKey) -> dict[str, Any]:
    return {**as_row(key), "scopes": " ".join(sorted(key.scopes)), "networks": " ".join(map(str, key.networks))}


def _told(key: ApiKey, account: str, secret: str) -> dict[str, Any]:
    """A new key, with what is not stored of it."""
    return {
        "id": key.id,
        "account": account,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "scopes": sorted(key.scopes),
        "networks": [*map(str, key.networks)],
        "key": secret,
    }
