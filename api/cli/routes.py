"""`telefoon routes`: which calls go by which trunk. A server that runs takes up each change within two seconds."""

from typing import Annotated, Any

import typer

from api.cli import route_test
from api.cli.group import CommandGroup, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_facts, print_json, print_rows
from engine.privacy.audit import CLI

routes = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="Routes: which calls go by which trunk; without any, all go by every trunk.",
)
routes.command("test", epilog=route_test.EXAMPLES)(route_test.try_out)

RouteId = Annotated[str, typer.Argument(metavar="ID", help="The route's identifier, as telefoon routes list has it.")]


@routes.command(
    epilog=examples(
        "telefoon routes add --prefix +32 --trunk carrier-a",
        "telefoon routes add --prefix +32 --trunk carrier-b --priority 1",
        'telefoon routes add --trunk carrier-c --account demo --times "mon-fri 09:00-17:00 Europe/Brussels"',
    )
)
def add(
    *,
    trunk: Annotated[str, typer.Option(help="The trunk that these calls go by.")],
    prefix: Annotated[str, typer.Option(help="How called numbers begin, such as +32; all if left out.")] = "",
    account: Annotated[str | None, typer.Option(help="Only calls of this account.")] = None,
    from_prefix: Annotated[str, typer.Option("--from", help="How calling numbers begin; all if left out.")] = "",
    times: Annotated[
        str | None,
        typer.Option(metavar="TIMES", help="When, such as 'mon-fri 09:00-17:00 Europe/Brussels'; always if left out."),
    ] = None,
    priority: Annotated[int, typer.Option(help="Of equally long prefixes the lowest is first.")] = 0,
    weight: Annotated[int, typer.Option(help="Its share among routes alike in all else.")] = 1,
    cost: Annotated[
        str | None, typer.Option(help="What a minute costs, such as 0.0125; of one priority the cheapest is first.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a route; once there is one, a call that none fits goes nowhere."""
    from engine.store.new_routes import add_route

    given = {
        "trunk": trunk, "prefix": prefix, "account": account, "from_prefix": from_prefix, "times": times,
        "priority": priority, "weight": weight, "cost": cost,
    }  # fmt: skip

    async def work(books: LocalStores) -> dict[str, Any]:
        added = await add_route(books.stores, given)
        await books.stores.audit.add(CLI, "route.add", added.id, fields=sorted(name for name in given if given[name]))
        return (await _shown(books, added.id))[0]

    added = with_books(work)
    if as_json:
        print_json(added)
    else:
        typer.echo(f"Route {added['id']} is added; a server that runs takes it up within two seconds.")


@routes.command("list", epilog=examples("telefoon routes list", "telefoon routes list --json"))
def list_routes(as_json: AsJson = False) -> None:
    """List routes, the oldest first."""
    rows = with_books(_shown)
    if as_json:
        print_json(rows)
        return
    columns = {
        "id": "ID",
        "prefix": "Prefix",
        "trunk": "Trunk",
        "account": "Account",
        "from_prefix": "From",
        "times": "Times",
        "priority": "Priority",
        "weight": "Weight",
        "cost": "Cost",
    }
    none = "There are no routes: every trunk carries every call, by its priority. Add one with: telefoon routes add"
    print_rows([{name: value or "" for name, value in row.items()} | _numbers(row) for row in rows], columns, none=none)


@routes.command(epilog=examples("telefoon routes show RT018f6e5c0e3a7b21a4c5d6e7f8a9b0c1"))
def show(route: RouteId, as_json: AsJson = False) -> None:
    """Print a route."""
    (found,) = with_books(lambda books: _shown(books, route))
    if as_json:
        print_json(found)
    else:
        print_facts(found)


@routes.command(epilog=examples("telefoon routes remove RT018f6e5c0e3a7b21a4c5d6e7f8a9b0c1"))
def remove(route: RouteId) -> None:
    """Remove a route; calls in progress go on."""

    async def work(books: LocalStores) -> None:
        await books.stores.routes.remove(route)
        await books.stores.audit.add(CLI, "route.remove", route)

    with_books(work)
    typer.echo(f"Route {route} is removed.")


async def _shown(books: LocalStores, route: str | None = None) -> list[dict[str, Any]]:
    """All, or the one of this identifier. Raises NoRoute."""
    from api.http.route_json import route_json

    rows = books.stores.routes
    found = await rows.all() if route is None else [await rows.get(route)]
    names = await books.names()
    return [route_json(each, names) for each in found]


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("priority", "weight")}
