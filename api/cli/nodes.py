"""`telefoon nodes`: the nodes of this database."""

import asyncio
import re
from collections.abc import Collection
from ipaddress import IPv6Address
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json, print_rows
from engine.errors import TelefoonError
from engine.privacy.audit import CLI

LOOK_S: Final = 1.0
"""How often the lists of the proxy are compared with the database."""

nodes = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="Nodes: the processes that share this database, what they carry, and which take calls.",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As in TELEFOON_NODE.")]


@nodes.command("list", epilog=examples("telefoon nodes list", "telefoon nodes list --json"))
def list_nodes(as_json: AsJson = False) -> None:
    """List nodes by their names; one whose lease has run out is lost."""
    rows = with_books(_listed)
    if as_json:
        print_json(rows)
        return
    columns = {
        "name": "Name", "state": "State", "region": "Region", "version": "Version", "calls": "Calls", "load": "Load",
        "rest": "REST", "sip": "SIP", "last_seen": "Last seen",
    }  # fmt: skip
    print_rows(rows, columns, none="No node has served this database yet.")


@nodes.command(epilog=examples("telefoon nodes drain node-2", "telefoon nodes drain node-2 --end"))
def drain(name: Name, end: Annotated[bool, typer.Option("--end", help="Have it take calls again.")] = False) -> None:
    """Have a node take no more calls; those in progress go on."""

    async def work(books: LocalStores) -> None:
        await books.stores.nodes.want_drained(name, wanted=not end)
        await books.stores.audit.add(CLI, "drain.end" if end else "drain.begin", name)

    with_books(work)
    told = "takes calls again" if end else "takes no more calls"
    typer.echo(f"{name} {told} within a second or two; see with: telefoon nodes list")


@nodes.command(epilog=examples("telefoon nodes forget node-2"))
def forget(name: Name) -> None:
    """Delete the row of a node that does not come back. What it recorded stays on its disk, or in the object store."""

    async def work(books: LocalStores) -> tuple[int, int]:
        left = len(await books.stores.moves.to_upload(name))
        await books.stores.nodes.forget(name)
        undone = await books.stores.node_duties.forget(name)
        await books.stores.audit.add(CLI, "node.forget", name, recordings=left, not_deleted=undone)
        return left, undone

    left, undone = with_books(work)
    typer.echo(f"{name} is forgotten.")
    if left:
        typer.echo(f"{left} recordings are on its disk alone.")
    if undone:
        typer.echo(f"{undone} things that were erased are still on its disk: destroy it, or empty its data folder.")


@nodes.command(
    epilog=examples(
        "telefoon nodes lists /etc/kamailio/telefoon",
        "telefoon nodes lists /etc/kamailio/telefoon --tell /run/kamailio/rpc.sock --watch",
        "telefoon nodes lists /etc/kamailio/telefoon --ipv6 '[fd00::5]:5060' --watch",
    )
)
def lists(
    folder: Annotated[Path, typer.Argument(help="Where they are written.", exists=True, file_okay=False)],
    tell: Annotated[Path | None, typer.Option(metavar="SOCKET", help="Tell the proxy there what has changed.")] = None,
    tls: Annotated[bool, typer.Option("--tls", help="The proxy speaks to nodes over TLS (WITH_TLS_INSIDE).")] = False,
    ipv6: Annotated[
        str,
        typer.Option(
            metavar="[ADDRESS]:PORT",
            help="The proxy speaks to nodes over IPv6 too (WITH_IPV6), from this address: INSIDE6_IP and its port.",
        ),
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and look once a second.")] = False,
) -> None:
    """Write the lists of the SIP proxy before the nodes (deploy/kamailio): nodes, sources that may call, bans."""
    _require_ipv6_socket(ipv6)

    async def work(books: LocalStores) -> None:
        from api.node.proxy_lists import ProxyLists

        kept = ProxyLists(books.stores, books.settings, folder, tell, over_tls=tls, inside_ipv6=ipv6)
        if not watch:
            _tell_written(await kept.keep())
        while watch:
            try:
                _tell_written(await kept.keep())
            except TelefoonError as error:
                typer.echo(f"{error} It is tried again.", err=True)
            await asyncio.sleep(LOOK_S)

    with_books(work)


def _require_ipv6_socket(text: str) -> None:
    """Raise BadParameter for what is neither empty nor as in [fd00::5]:5060."""
    found = re.fullmatch(r"\[(.+)\]:[0-9]{1,5}", text)
    try:
        if text:
            IPv6Address(found.group(1) if found else "")
    except ValueError:
        raise typer.BadParameter(f"--ipv6 {text} is to be an address and a port, as in [fd00::5]:5060.") from None


def _tell_written(names: Collection[str]) -> None:
    if names:
        typer.echo(f"Written: {', '.join(sorted(names))}.")


async def _listed(books: LocalStores) -> list[dict[str, Any]]:
    from api.http.json_fields import moment_text

    return [
        {
            "name": each.name,
            "state": each.shown_state.value,
            "region": each.region,
            "version": each.version,
            "calls": each.live_calls,
            "capacity": each.capacity,
            "load": round(each.load, 2),
            "rest": each.rest_url,
            "sip": each.sip_address,
            "sip_over_ipv6": each.sip_over_ipv6,
            "started_at": moment_text(each.started_at),
            "last_seen": moment_text(each.beat_at),
        }
        for each in await books.stores.nodes.all()
    ]
