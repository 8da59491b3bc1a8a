"""`telefoon bans`: addresses of which no SIP is heard. A server that runs takes up each change within two seconds."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json, print_rows
from engine.privacy.audit import CLI

bans = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="Bans: addresses of which no SIP is heard, for they sent too much, or somebody says so.",
)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Of IPv4, or one of IPv6, which stands for its /64.")]


@bans.command("list", epilog=examples("telefoon bans list", "telefoon bans list --json"))
def list_bans(as_json: AsJson = False) -> None:
    """List bans in force; the one that ends last comes first."""
    rows = with_books(_in_force)
    if as_json:
        print_json(rows)
        return
    columns = {"source": "Source", "reason": "Reason", "times": "Times", "since": "Since", "until": "Until"}
    print_rows(rows, columns, none="Nobody is banned.")


@bans.command(epilog=examples("telefoon bans add 198.51.100.7", "telefoon bans add 2001:db8::1 --seconds 3600"))
def add(
    address: Address,
    seconds: Annotated[int, typer.Option(help="How long.", min=1, max=31536000)] = 86400,
) -> None:
    """Ban an address; calls in progress go on."""

    async def work(books: LocalStores) -> str:
        from api.http.ban_json import new_ban

        ban = new_ban({"source": address, "seconds": seconds}, datetime.now(UTC))
        await books.stores.bans.put([ban])
        await books.stores.audit.add(CLI, "ban.add", str(ban.source))
        return str(ban.source)

    typer.echo(f"{with_books(work)} is banned; a server that runs takes it up within two seconds.")


@bans.command(epilog=examples("telefoon bans lift 198.51.100.7"))
def lift(address: Address) -> None:
    """Hear an address again."""

    async def work(books: LocalStores) -> str:
        from api.http.ban_json import read_source

        source = read_source(address)
        await books.stores.bans.lift(source)
        await books.stores.audit.add(CLI, "ban.lift", str(source))
        return str(source)

    typer.echo(f"{with_books(work)} is heard again.")


@bans.command(epilog=examples("telefoon bans export --nftables | sudo nft -f -", "telefoon bans export"))
def export(
    nftables: Annotated[bool, typer.Option("--nftables", help="As input of nft -f, in place of one a line.")] = False,
) -> None:
    """Print the bans in force for a packet filter."""

    async def work(books: LocalStores) -> str:
        from engine.model.ban_export import lines, nftables_input

        now = datetime.now(UTC)
        found = await books.stores.bans.in_force(now)
        return nftables_input(found, now) if nftables else lines(found)

    typer.echo(with_books(work), nl=False)


async def _in_force(books: LocalStores) -> list[dict[str, Any]]:
    from api.http.ban_json import ban_json

    return [ban_json(each) for each in await books.stores.bans.in_force(datetime.now(UTC))]
