"""`telefoon recordings`: what was recorded, through the REST interface."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.group import CommandGroup, examples
from api.cli.output import AsJson, print_json, print_page
from api.cli.rest import Key, Rest, Server, with_rest
from engine.errors import InvalidField

recordings = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Recordings: list and download them.")

RecordingId = Annotated[str, typer.Argument(metavar="ID", help="As in: telefoon recordings list")]


@recordings.command(
    "list", epilog=examples("telefoon recordings list", "telefoon recordings list --call CA0191f5… --json")
)
def list_recordings(
    call: Annotated[str | None, typer.Option(help="Only those of this call.")] = None,
    conference: Annotated[str | None, typer.Option(help="Only those of this conference.")] = None,
    page: Annotated[int, typer.Option(help="From 1, newest first.", min=1)] = 1,
    page_size: Annotated[int, typer.Option(help="Recordings a page.", min=1, max=100)] = 50,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List recordings of the key's account."""

    async def work(rest: Rest) -> dict[str, Any]:
        return await rest.get("/recordings", call_id=call, conference_id=conference, page=page, page_size=page_size)

    listed = with_rest(key, server, work)
    columns = {"id": "ID", "status": "Status", "call_id": "Call", "conference_id": "Conference",
               "started_at": "Started", "seconds": "Seconds", "channels": "Channels"}  # fmt: skip
    print_page(listed, "recordings", columns, none="There are no such recordings.", as_json=as_json)


@recordings.command(
    epilog=examples("telefoon recordings download RE0191f5…", "telefoon recordings download RE0191f5… --to talk.mp3")
)
def download(
    recording_id: RecordingId,
    to: Annotated[
        Path | None, typer.Option(help="File to write: .wav, .mp3, .flac or .opus. ID.wav if left out.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Download a recording. It is written whole, or not at all."""
    file = to or Path(f"{recording_id}.wav")
    audio_format = file.suffix.removeprefix(".").lower()
    if audio_format not in ("wav", "mp3", "flac", "opus"):
        raise InvalidField("to", f"{file} has none of the endings .wav, .mp3, .flac and .opus.")
    if file.exists() and not overwrite:
        raise InvalidField("to", f"{file} is there already; name another, or add --overwrite.")
    if not file.absolute().parent.is_dir():
        raise InvalidField("to", f"{file.parent} is no folder.")

    async def work(rest: Rest) -> int:
        return await rest.download(f"/recordings/{recording_id}/audio", file, format=audio_format)

    size = with_rest(key, server, work)
    if as_json:
        print_json({"id": recording_id, "file": str(file), "bytes": size})
        return
    typer.echo(f"{file}: {size} bytes")
