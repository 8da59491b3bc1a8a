"""`telefoon simulate`: a call flow without a telephone."""

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.group import examples
from api.cli.output import AsJson, print_json
from engine.errors import InvalidField
from engine.model.flow_reading import FlowReading

if TYPE_CHECKING:
    from api.cli.source import BlockingWeb, Signer
    from engine.flow.document import Document
    from engine.flow.manner import ReadingManner
    from engine.flow.next_step import GoTo
    from engine.simulator.transcript import SimulationTranscript

EXAMPLES: Final = examples(
    'telefoon simulate menu.xml --digits "1,2,#"',
    "telefoon simulate https://shop.example/voice --caller +3225550123 --answers busy,answer",
    "telefoon simulate menu.json --audio heard.wav",
    'telefoon simulate connect.xml --agent "say:What will it be?;hear:two pizzas;end:ordered"',
    'telefoon simulate connect.xml --agent "wss://agent.example/talk;hear:two pizzas;interrupt:no, three;key:1"',
)
_LENGTH: Final = re.compile(r"(\d{1,6})(s|m|h)?")
_FAULTY: Final = 1
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


def simulate(
    source: Annotated[str, typer.Argument(metavar="FILE-or-URL", help="A document, in XML or JSON.")],
    digits: Annotated[
        str, typer.Option(help='Keys for each Gather in turn, commas between, as "1,42#"; say:TEXT for speech.')
    ] = "",
    answers: Annotated[
        str, typer.Option(help="How those answer who are dialled: answer, busy, no-answer, failed, canceled.")
    ] = "",
    agent: Annotated[
        str,
        typer.Option(
            help="What programs do that are connected, and what is said to them, semicolons between: say:TEXT, "
            "play:SECONDS, hear:TEXT, interrupt:TEXT, key:KEYS, wait:SECONDS, end or end:DATA, fail; or a program that "
            "runs: its wss URL, or connect for the flow's own, then hear, sound:FILE, interrupt, key, wait."
        ),
    ] = "",
    caller: Annotated[str, typer.Option(help="Who calls, in E.164.")] = "+3225550100",
    called: Annotated[str, typer.Option(help="The number that is called.")] = "+3225550199",
    language: Annotated[str, typer.Option(help="The number's language.")] = "en-GB",
    base_url: Annotated[str | None, typer.Option(help="Where relative URLs of a file count from.")] = None,
    reading: Annotated[
        FlowReading | None, typer.Option(help="Pass over mistakes, or refuse them; in XML they are passed over.")
    ] = None,
    limit: Annotated[str, typer.Option(help="How long the call may last, as 90s, 10m or 1h.")] = "10m",
    audio: Annotated[Path | None, typer.Option(help="Write what the caller hears to this WAV file.")] = None,
    account: Annotated[
        str | None, typer.Option(help="Sign requests with this account's secrets, as the server does.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a call flow without a telephone, a server or any waiting, and tell what happens.

    Servers that can be reached are asked; one that can't is a remark, and the simulation goes on or ends there. Ends
    with 1 if a document is refused, a fallback would be taken, a prompt would fail, or a program that runs fails. While
    such a program is connected, time passes as it does on a call.
    """
    from api.cli.proofreading import proofreader
    from api.cli.source import blocking_web, is_url
    from engine.flow.manner import ReadingManner
    from engine.model.languages import nearest_language
    from engine.model.numbers import country_around
    from engine.simulator.run import ACCOUNT_ID, run, simulated_call
    from engine.simulator.script import Script

    script = Script.of(digits, answers, agent)
    limit_s = _seconds(limit)
    manner = ReadingManner(reading, country_around(called))
    signer = _signer(account) if account else None
    account_id = signer.account_id if signer is not None else ACCOUNT_ID
    call = simulated_call(caller, called, nearest_language(language), account_id)
    with blocking_web(signer=signer, manner=manner) as web, _reach(script, signer) as reach:
        start = _start(source, manner) if not is_url(source) else _request(source)

        def simulation(measure: "Measure") -> "SimulationTranscript":
            return run(start, call, script, web.fetch, measure=measure, base_url=base_url, limit_s=limit_s, reach=reach)

        transcript = simulation(proofreader().measure) if audio is None else _with_audio(audio, web, simulation)
    if as_json:
        print_json(_as_facts(transcript))
    else:
        typer.echo(str(transcript))
    if transcript.faults:
        raise typer.Exit(_FAULTY)


def _as_facts(transcript: "SimulationTranscript") -> dict[str, Any]:
    return {
        "seconds": transcript.seconds,
        "ended_by": transcript.ended_by or None,
        "faults": transcript.faults,
        "warnings": transcript.warnings,
        "said": transcript.said,
        "played": transcript.played,
        "requests": transcript.requests,
        "lines": [{"at_s": line.at_s, "mark": line.mark.value, "text": line.text} for line in transcript.lines],
    }


def _signer(account: str) -> "Signer":
    from api.cli.local import LocalStores, with_books
    from api.cli.source import Signer

    async def found(books: LocalStores) -> Signer:
        owner = await books.account(account)
        return Signer(owner.id, tuple(await books.stores.account_secrets.secrets(owner.id)))

    return with_books(found)


@contextmanager
def _reach(script: "Script", signer: "Signer | None") -> "Iterator[Reach | None]":
    """What programs are reached with, where the script has any that are; a minority wants its libraries."""
    if not script.programs.reaches:
        yield None
        return
    from api.cli.outside_programs import programs_outside

    with programs_outside(signer) as reach:
        yield reach


def _start(source: str, manner: "ReadingManner") -> "Document":
    from api.cli.source import read_file
    from engine.flow.parse import read_flow

    return read_flow(*read_file(source), manner)


def _request(source: str) -> "GoTo":
    from engine.flow.next_step import GoTo

    return GoTo(source)


def _with_audio(audio: Path, web: "BlockingWeb", simulation: "Simulation") -> "SimulationTranscript":
    from api.cli.hearing import Renderer
    from config.settings import load

    if not audio.parent.is_dir():
        raise InvalidField("audio", f"{audio.parent} is no folder.")
    with Renderer(load(), web) as renderer:
        transcript = simulation(renderer.seconds)
        renderer.write(transcript.sounds, transcript.seconds, audio)
    return transcript


def _seconds(length: str) -> float:
    found = _LENGTH.fullmatch(length.strip())
    if found is None or not int(found[1]):
        raise InvalidField("limit", f"{length!r} is no length of time; write it as 90s, 10m or 1h.")
    return float(int(found[1]) * _SECONDS[found[2] or "s"])


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.simulator.run import Measure, Reach
    from engine.simulator.script import Script

    Simulation = Callable[[Measure], SimulationTranscript]
