"""`telefoon accounts pace`: how fast calls of an account begin, in this node's own database."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.group import examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_facts, print_json
from engine.privacy.audit import CLI

if TYPE_CHECKING:
    from engine.routing.pacing import Pace

EXAMPLES: Final = examples(
    "telefoon accounts pace demo --calls-per-s 2 --calls-at-once 20",
    "telefoon accounts pace demo --calls-per-s 0.5 --queue 5000",
    "telefoon accounts pace demo --off",
    "telefoon accounts pace demo",
)


def pace(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")],
    *,
    calls_per_s: Annotated[float | None, typer.Option(help="Calls that begin each second.", min=0.01, max=1000)] = None,
    calls_at_once: Annotated[int | None, typer.Option(help="Calls that go on at once.", min=1, max=100_000)] = None,
    queue: Annotated[int, typer.Option(help="Calls that may wait.", min=1, max=100_000)] = 1000,
    off: Annotated[bool, typer.Option("--off", help="Have no pace: calls begin at once, or are refused.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have calls that an account asks for wait for their turn, or show its pace."""

    async def work(books: LocalStores) -> "Pace | None":
        from engine.routing.pacing import Pace

        account = await books.account(name)
        if off or calls_per_s is not None or calls_at_once is not None:
            wanted = None if off else Pace(calls_per_s, calls_at_once, queue)
            await books.stores.paces.set(account.id, wanted)
            await books.stores.audit.add(
                CLI, "account.pace", account.id, account=account.id, calls_per_s=calls_per_s,
                calls_at_once=calls_at_once, off=off,
            )  # fmt: skip
        return await books.stores.paces.of(account.id)

    found = with_books(work)
    facts = {each: getattr(found, each) for each in ("calls_per_s", "calls_at_once", "most_queued")} if found else {}
    if as_json:
        print_json(facts)
    elif not facts:
        typer.echo(f"Account {name} has no pace: its calls begin at once, or are refused.")
    else:
        print_facts(facts)
