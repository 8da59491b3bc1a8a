"""`telefoon say`: a prompt as a WAV file, to hear how it sounds."""

import asyncio
import shutil
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.group import examples
from engine.errors import InvalidField

EXAMPLES: Final = examples(
    'telefoon say "Goedemorgen, u spreekt met Telefoon." --language nl-BE -o out.wav',
    'telefoon say "Slowly now." --language en-GB --rate 100 --rate-hz 8000 -o slow.wav',
)


def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say; SSML with --ssml.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="WAV file to write.")],
    language: Annotated[str, typer.Option(help="Such as nl-BE, fr-FR, de-AT, en-IE.")] = "en-GB",
    voice: Annotated[str | None, typer.Option(help="An engine's own voice; by default the language's.")] = None,
    rate: Annotated[int | None, typer.Option(help="Words per minute.")] = None,
    rate_hz: Annotated[int, typer.Option(help="Samples per second.")] = 16_000,
    ssml: Annotated[bool, typer.Option("--ssml", help="TEXT is SSML.")] = False,
) -> None:
    """Speak a text into a WAV file, as it would sound in a call."""
    from api.node.speech import speech_service
    from config.settings import load
    from engine.ports import Speech

    if not output.parent.is_dir():
        raise InvalidField("output", f"{output.parent} is no folder.")
    settings = load()

    async def render() -> Path:
        service = speech_service(settings)
        try:
            return await service.render(Speech(text, language, voice, ssml, rate), rate_hz=rate_hz)
        finally:
            await service.close()

    try:
        shutil.copyfile(asyncio.run(render()), output)
    except OSError as error:
        raise InvalidField("output", f"{output} can't be written: {error.strerror}.") from None
    typer.echo(str(output))
