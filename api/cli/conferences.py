"""`telefoon conferences`: who talks with whom, through the REST interface."""

from typing import Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.output import AsJson, print_facts, print_json, print_page, print_rows
from api.cli.rest import Key, Rest, Server, with_rest

conferences = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Conferences, past and live.")

ConferenceId = Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon conferences list")]


@conferences.command(
    "list", epilog=examples("telefoon conferences list", "telefoon conferences list --status in-progress --json")
)
def list_conferences(
    status: Annotated[str | None, typer.Option(help="init, in-progress or completed.")] = None,
    page: Annotated[int, typer.Option(help="From 1, newest first.", min=1)] = 1,
    page_size: Annotated[int, typer.Option(help="Conferences a page.", min=1, max=100)] = 50,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List conferences of the key's account."""

    async def work(rest: Rest) -> dict[str, Any]:
        return await rest.get("/conferences", status=status, page=page, page_size=page_size)

    listed = with_rest(key, server, work)
    columns = {"id": "ID", "friendly_name": "Name", "status": "Status", "participant_count": "Participants",
               "date_created": "Created"}  # fmt: skip
    print_page(listed, "conferences", columns, none="There are no such conferences.", as_json=as_json)


@conferences.command(epilog=examples("telefoon conferences show CF0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def show(conference_id: ConferenceId, key: Key = None, server: Server = None, as_json: AsJson = False) -> None:
    """Show a conference and who is in it."""

    async def work(rest: Rest) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        path = f"/conferences/{conference_id}"
        return await rest.get(path), (await rest.get(f"{path}/participants"))["participants"]

    conference, participants = with_rest(key, server, work)
    if as_json:
        print_json({"conference": conference, "participants": participants})
        return
    print_facts(conference)
    columns = {"id": "ID", "call_id": "Call", "label": "Label", "muted": "Muted", "hold": "On hold"}
    print_rows(participants, columns, none="Nobody is in it.")


@conferences.command(epilog=examples("telefoon conferences end CF0191f5c2a3b4c5d6e7f8091a2b3c4d5e"))
def end(conference_id: ConferenceId, key: Key = None, server: Server = None) -> None:
    """End a conference for all who are in it."""

    async def work(rest: Rest) -> bool:
        await rest.delete(f"/conferences/{conference_id}")
        return True

    with_rest(key, server, work)
    typer.echo(f"{conference_id} is ended.")
