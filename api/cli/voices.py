"""`telefoon voices`: voices of Piper that this node speaks with, added from files that the operator has."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.group import CommandGroup, examples
from api.cli.output import AsJson, as_row, print_json, print_rows
from engine.errors import NotFound

if TYPE_CHECKING:
    from tts.voice_shelf.shelf import VoiceShelf

voices = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Voices of Piper: add files of your own, list and remove them."
)

Tag = Annotated[str, typer.Argument(metavar="LANGUAGE", help="Such as nl-BE.")]


@voices.command(
    epilog=examples(
        "telefoon voices add nl-BE nl_BE-rdh-medium.onnx",
        "telefoon voices add nl-BE voice-nl-rdh-x-low.tar.gz",
    )
)
def add(
    language: Tag,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .onnx file with its .json beside it, or a .tar.gz with both.")
    ],
    as_json: AsJson = False,
) -> None:
    """Let a voice of Piper speak a language. Its files are copied to the data folder."""
    from engine.languages import canonical_language

    tag = canonical_language(language)
    added = _shelf().add(tag, file)
    if as_json:
        print_json({"language": tag, **as_row(added)})
    else:
        typer.echo(f"{tag} is spoken by {added.file} (SHA-256 {added.sha256}).")
        typer.echo(f"Licence of its recordings: {added.licence or 'not known here; see the card of the voice'}.")
        typer.echo("A running server speaks with it when it is started again. Try it: telefoon doctor")
    if added.note:
        typer.echo(f"telefoon: {added.note}", err=True)
    if (region := added.spoken.replace("_", "-")) != tag and "-" in region:
        typer.echo(f"telefoon: {added.file} speaks {region}, its nearest relative.", err=True)
    if (why := _unused(tag)) is not None:
        typer.echo(f"telefoon: {why}", err=True)


@voices.command("list", epilog=examples("telefoon voices list", "telefoon voices list --json"))
def list_voices(as_json: AsJson = False) -> None:
    """List the voices that were added."""
    rows = [{"language": tag, **as_row(each)} for tag, each in _shelf().all().items()]
    if as_json:
        print_json(rows)
        return
    columns = {"language": "Language", "file": "File", "spoken": "Speaks", "licence": "Licence", "sha256": "SHA-256"}
    print_rows(rows, columns, none="No voice was added. Add one with: telefoon voices add LANGUAGE FILE")


@voices.command(epilog=examples("telefoon voices remove nl-BE"))
def remove(language: Tag) -> None:
    """Let the language be spoken as before the voice was added. Start a running server again afterwards."""
    from engine.languages import canonical_language

    tag = canonical_language(language)
    if not _shelf().remove(tag):
        raise NoVoice(tag)
    typer.echo(f"The voice for {tag} is removed.")


class NoVoice(NotFound):
    """No voice was added for this language."""

    def __init__(self, language: str) -> None:
        super().__init__("voice", language)
        self.args = (f"No voice was added for {language}. See them with: telefoon voices list",)


def _shelf() -> "VoiceShelf":
    from config.settings import load
    from tts.voice_shelf.shelf import VoiceShelf

    return VoiceShelf(load().data_dir / "voices")


def _unused(tag: str) -> str | None:
    """Why settings, or what is not installed, keep a voice from being heard."""
    from importlib.util import find_spec

    from config.settings import load
    from tts.voice_shelf.added import unused

    settings = load()
    if (why := unused(tag, settings.tts_engines, settings.tts_piper_voices)) is not None:
        return why
    if find_spec("piper") is None:
        return "The engine piper is not installed. Install it with: pip install 'telefoon[piper]'"
    return None
