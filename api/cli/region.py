"""`telefoon accounts region`: the region whose nodes alone carry the calls of an account."""

from typing import Annotated, Final

import typer

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json
from engine.privacy.audit import CLI

EXAMPLES: Final = examples(
    "telefoon accounts region demo",
    "telefoon accounts region demo --set eu-be",
    "telefoon accounts region demo --any",
)


def region(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    set_: Annotated[
        str | None, typer.Option("--set", metavar="REGION", help="As in TELEFOON_REGION of its nodes.")
    ] = None,
    any_: Annotated[bool, typer.Option("--any", help="Any node carries them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Choose the region whose nodes alone carry the calls, rooms and recordings of an account; print which it is.

    It holds for calls that begin from now on.
    """
    from engine.routing.regions import carriers, region_name

    if set_ is not None and any_:
        raise typer.BadParameter("Give --set REGION or --any, not both.")
    wanted = "" if any_ else None if set_ is None else region_name(set_)

    async def work(books: LocalStores) -> tuple[str, int]:
        account = await books.account(name)
        if wanted is not None:
            await books.stores.accounts.move_to(account.id, wanted)
            await books.stores.audit.add(CLI, "account.region", account.id, region=wanted)
        chosen = account.region if wanted is None else wanted
        return chosen, len(carriers(chosen, await books.stores.nodes.all()))

    chosen, serving = with_books(work)
    if as_json:
        print_json({"account": name, "region": chosen, "serving": serving if chosen else None})
        return
    typer.echo(f"Calls of account {name} are carried by {f'nodes of {chosen}' if chosen else 'any node'}.")
    if chosen and not serving:
        typer.echo(f"No node of {chosen} takes calls now: see with telefoon nodes list.", err=True)
