"""`telefoon voices`: who speaks which language, voices of Piper from the operator's files, and MBROLA."""

import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.group import CommandGroup, examples
from api.cli.output import AsJson, as_row, print_json, print_rows
from engine.errors import InvalidField, NotFound

if TYPE_CHECKING:
    from tts.added_voices.folder import AddedVoice, AddedVoices

voices = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    help="Voices: who speaks what, files of your own for Piper, and MBROLA.",
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
    from engine.model.languages import canonical_language

    tag = canonical_language(language)
    added = _added_voices().add(tag, file)
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
    """List which voice speaks each language, and what would be understood better."""
    from api.node.voices import chosen_voices
    from config.settings import load
    from engine.model.languages import LANGUAGES
    from tts.installed import INSTALL
    from tts.voices import EngineName

    added = _added_voices().all()
    table = chosen_voices(load())
    rows = []
    for tag in sorted(LANGUAGES):
        first, *others = table.order(tag)
        name = table.default(first, tag)
        voice = {"language": tag, "engine": first, "voice": Path(name).name if first is EngineName.PIPER else name}
        better = ", ".join(table.lacking(tag))
        rows.append({**voice, "otherwise": ", ".join(others), "better": better, **_of_file(added.get(tag))})
    if as_json:
        print_json(rows)
        return
    columns = {
        "language": "Language", "engine": "Engine", "voice": "Voice", "otherwise": "If that fails",
        "better": "Better, not installed", "licence": "Licence", "sha256": "SHA-256",
    }  # fmt: skip
    print_rows(rows, {name: title for name, title in columns.items() if any(row[name] for row in rows)}, none="")
    for engine in {engine for tag in LANGUAGES for engine in table.lacking(tag)}:
        typer.echo(f"{engine}: {INSTALL[engine]}")


@voices.command(
    "try", epilog=examples("telefoon voices try nl-BE", "telefoon voices try fr-BE 'Il y en a 95.' -o fr.wav")
)
def try_voice(
    language: Tag,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="What to say; a greeting by default.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="WAV file to write.")] = None,
) -> None:
    """Let a language's voice speak: aloud where this machine has `aplay`, into a file otherwise."""
    from api.cli.say import say
    from engine.model.languages import canonical_language

    tag = canonical_language(language)
    player = shutil.which("aplay")
    with tempfile.TemporaryDirectory() as folder:
        wav = output or (Path(folder, "voice.wav") if player else Path(f"voice-{tag}.wav"))
        say(text or _greeting(tag), wav, tag)
        if output is None and player is not None:
            subprocess.run([player, "-q", str(wav)], check=False)


@voices.command(epilog=examples("telefoon voices enable mbrola", "telefoon voices enable mbrola --yes"))
def enable(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="mbrola")],
    yes: Annotated[bool, typer.Option("--yes", help="The condition has been read and is met.")] = False,
) -> None:
    """Turn on MBROLA's voices, which are understood better in Dutch and have a condition of use."""
    from api.node.voices import mbrola_switch
    from config.settings import load
    from tts.added_voices.mbrola import CONDITION
    from tts.mbrola_files import missing
    from tts.voices import MBROLA_VOICES

    _require_mbrola(engine)
    typer.echo(f"{CONDITION}\n")
    if not yes:
        typer.confirm("Is this condition met?", abort=True, err=True)
    mbrola_switch(load()).turn_on(datetime.now(UTC))
    typer.echo("MBROLA is on. A running server speaks with it when it is started again.")
    for lacks in filter(None, map(missing, MBROLA_VOICES.values())):
        typer.echo(f"telefoon: {lacks}", err=True)


@voices.command(epilog=examples("telefoon voices disable mbrola"))
def disable(engine: Annotated[str, typer.Argument(metavar="ENGINE", help="mbrola")]) -> None:
    """Turn MBROLA's voices off again. Start a running server again afterwards."""
    from api.node.voices import mbrola_switch
    from config.settings import load

    _require_mbrola(engine)
    mbrola_switch(load()).turn_off()
    typer.echo("MBROLA is off.")


@voices.command(epilog=examples("telefoon voices remove nl-BE"))
def remove(language: Tag) -> None:
    """Let the language be spoken as before the voice was added. Start a running server again afterwards."""
    from engine.model.languages import canonical_language

    tag = canonical_language(language)
    if not _added_voices().remove(tag):
        raise NoVoice(tag)
    typer.echo(f"The voice for {tag} is removed.")


class NoVoice(NotFound):
    """No voice was added for this language."""

    def __init__(self, language: str) -> None:
        super().__init__("voice", language)
        self.args = (f"No voice was added for {language}. See them with: telefoon voices list",)


def _require_mbrola(engine: str) -> None:
    from tts.voices import EngineName

    if engine != EngineName.MBROLA:
        raise InvalidField("engine", f"'{engine}' is no mbrola; other engines are chosen in tts_engines.")


def _of_file(added: "AddedVoice | None") -> dict[str, str]:
    return {"licence": added.licence if added else "", "sha256": added.sha256 if added else ""}


def _greeting(tag: str) -> str:
    from engine.model.languages import primary_language
    from tts.greetings import GREETINGS

    return GREETINGS[primary_language(tag)]


def _added_voices() -> "AddedVoices":
    from config.settings import load
    from tts.added_voices.folder import AddedVoices

    return AddedVoices(load().data_dir / "voices")


def _unused(tag: str) -> str | None:
    """Why settings, or what is not installed, keep a voice from being heard."""
    from importlib.util import find_spec

    from config.settings import load
    from tts.added_voices.added import unused

    settings = load()
    if (why := unused(tag, settings.tts_engines, settings.tts_piper_voices)) is not None:
        return why
    if find_spec("piper") is None:
        return "The engine piper is not installed. Install it with: pip install 'telefoon[piper]'"
    return None
