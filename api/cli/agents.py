"""`telefoon agents`: customers' programs that hear, speak and talk on calls."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.group import FAILED, CommandGroup, examples
from api.cli.output import AsJson
from engine.errors import InvalidField

if TYPE_CHECKING:
    from api.doctor.programs.diary import DiaryLine
    from api.doctor.programs.stream_trial import StreamCaller

agents = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Programs that hear, speak and talk on calls.")


@agents.command(
    "try",
    epilog=examples(
        "telefoon agents try wss://agent.example/media --protocol stream --output heard.wav",
        'telefoon agents try wss://agent.example/ws --account demo --say "Are you open?" --interrupt "Stop, please."',
        "telefoon agents try wss://agent.example/media --wav question.wav --digits 12# --json",
    ),
)
def try_out(
    url: Annotated[str, typer.Argument(metavar="URL", help="The program, as wss://HOST/PATH.")],
    protocol: Annotated[
        str, typer.Option(help="stream (Media Streams), relay (ConversationRelay), or auto to find it out.")
    ] = "auto",
    say: Annotated[str, typer.Option(help="What the caller says.")] = "Hello, can you hear me?",
    wav: Annotated[Path | None, typer.Option(help="Say the sound of this file instead (stream).")] = None,
    language: Annotated[str, typer.Option(help="The caller's language.")] = "en-GB",
    digits: Annotated[str, typer.Option(help="Keys that the caller presses then.")] = "",
    interrupt: Annotated[str, typer.Option(help="What the caller says into the program's next answer.")] = "",
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A <Parameter>; may be given again.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="Sign the handshake with this account's secrets.")] = None,
    sound_format: Annotated[str, typer.Option("--format", help="mulaw, alaw or l16 (stream).")] = "mulaw",
    rate_hz: Annotated[int, typer.Option(help="Samples per second; l16 has 8000, 16000 or 24000.")] = 8000,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write what the caller hears: a WAV, of relay a transcript.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try a program as a call would, without a telephone, and say in plain words what is wrong; exit 1 if anything is.

    Speech passes at real pace, so it takes half a minute or so.
    """
    from api.cli import agent_trial
    from api.cli.agent_verdict import print_verdict, write_heard
    from api.doctor.programs.relay_trial import RelayCaller
    from api.doctor.programs.trying import try_program

    wanted = agent_trial.protocol_of(protocol, wav)
    sound = agent_trial.sound_of(sound_format, rate_hz)
    program = agent_trial.program_of(url, account, sound, parameter or [])
    if output is not None and not output.parent.is_dir():
        raise InvalidField("output", f"{output.parent} is no folder.")

    def tell(line: "DiaryLine") -> None:
        if not as_json:
            typer.echo(str(line))

    async def render() -> "StreamCaller":
        return await agent_trial.caller_of(wav or say, language, digits, interrupt, sound.rate_hz)

    relay = RelayCaller(say, language, digits, interrupt)
    verdict = asyncio.run(try_program(program, wanted, relay, render, tell))
    if output is not None:
        write_heard(output, verdict, sound.rate_hz)
    print_verdict(verdict, as_json=as_json)
    if not verdict.ok:
        raise typer.Exit(FAILED)
