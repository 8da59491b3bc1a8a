"""`telefoon queues`: who waits, through the REST interface."""

from typing import Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.output import AsJson, print_facts, print_json, print_rows
from api.cli.rest import Key, Rest, Server, with_rest

queues = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Queues, and how long callers wait in them.")


@queues.command("list", epilog=examples("telefoon queues list", "telefoon queues list --json"))
def list_queues(key: Key = None, server: Server = None, as_json: AsJson = False) -> None:
    """List queues of the key's account."""

    async def work(rest: Rest) -> dict[str, Any]:
        return await rest.get("/queues")

    listed = with_rest(key, server, work)
    if as_json:
        print_json(listed)
        return
    columns = {"id": "ID", "friendly_name": "Name", "waiting": "Waiting", "date_created": "Created"}
    print_rows(listed["queues"], columns, none="There are no queues: the first <Enqueue> makes one.")


@queues.command(epilog=examples("telefoon queues show QU0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def show(
    queue_id: Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon queues list")],
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Show who waits in a queue, and its figures."""
    queue = with_rest(key, server, lambda rest: rest.get(f"/queues/{queue_id}"))
    if as_json:
        print_json(queue)
        return
    print_facts({name: value for name, value in queue.items() if name not in ("members", "figures")})
    print_facts(queue.get("figures", {}))
    columns = {"position": "Place", "call_id": "Call", "waiting_since": "Since", "priority": "Priority"}
    print_rows(queue.get("members", ()), columns, none="Nobody waits in it.")
