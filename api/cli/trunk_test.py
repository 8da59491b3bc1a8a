"""`telefoon trunks test`: does a carrier's trunk work, and if not, why not?"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.group import FAILED, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json
from engine.errors import InvalidField

if TYPE_CHECKING:
    from api.doctor.trial_call import TrialCall
    from engine.diagnosis.findings import TrunkVerdict
    from engine.model.trunk import Trunk

_AskedCall = tuple[str | None, str | None, str | None]
"""What --call, --echo and --from say."""
EXAMPLES: Final = examples(
    "telefoon trunks test carrier-a",
    "telefoon trunks test carrier-a --echo sip:echo@sip.carrier.example --from +3225550100",
    "telefoon trunks test carrier-a --call +3225550199 --from +3225550100 --report carrier-a.txt",
    "telefoon trunks test carrier-a --echo echo --report carrier-a.txt --hide-numbers",
    "telefoon trunks test carrier-a --json",
)


def try_out(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The trunk's name, such as carrier-a.")],
    call: Annotated[
        str | None, typer.Option(metavar="+E164", help="Call this number, which makes a sound, such as a milliwatt.")
    ] = None,
    echo: Annotated[
        str | None, typer.Option(metavar="URI", help="Call the carrier's echo service, such as sip:echo@HOST.")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The calling number; the trunk's from_user or user if left out.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write all of it to this file, for the carrier.")] = None,
    hide_numbers: Annotated[
        bool, typer.Option("--hide-numbers", help="Have the report without the ends of telephone numbers.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try a trunk out, and say in plain words what is wrong; exit 1 if anything is.

    Hosts are looked up and asked with OPTIONS, and it registers; --call and --echo try a call.
    """
    if call is not None and echo is not None:
        raise InvalidField("echo", "Give one of --call and --echo.")
    verdict = with_books(lambda books: _tested(books, name, (call, echo, from_), quiet=as_json))
    if report is not None:
        _write(report, verdict, hide_numbers=hide_numbers)
    if as_json:
        from engine.diagnosis.report import verdict_json

        print_json(verdict_json(verdict))
    else:
        typer.echo(f"\n{verdict.summary}")
    if not verdict.ok:
        raise typer.Exit(FAILED)


async def _tested(books: LocalStores, name: str, asked: "_AskedCall", *, quiet: bool) -> "TrunkVerdict":
    from api.doctor import server
    from api.doctor.trunk_probe import trunk_findings
    from engine.diagnosis.findings import verdict
    from engine.diagnosis.report import finding_lines

    rows = books.stores.trunks
    trunk = (await rows.get(name)).trunk
    trial = _trial(trunk, *asked)
    running, stand = await asyncio.gather(server.find(books.settings), rows.registrations())
    found = []
    async for finding in trunk_findings(trunk, books.settings, running, stand, trial):
        found.append(finding)
        if not quiet:
            typer.echo("\n".join(finding_lines(finding)))
    return verdict(name, found)


def _trial(trunk: "Trunk", called: str | None, echo: str | None, caller: str | None) -> "TrialCall | None":
    """The call that is asked for, if one is. Raises InvalidField."""
    if called is None and echo is None:
        return None
    from api.doctor.trial_call import TrialCall
    from engine.diagnosis.call import CalledParty, called_number, echo_user

    caller = caller or trunk.from_user or trunk.user
    if not caller:
        raise InvalidField("from", "Give --from, one of the numbers that the carrier has given you.")
    if echo is not None:
        return TrialCall(echo_user(trunk, echo), caller, CalledParty.ECHO)
    return TrialCall(called_number(called or ""), caller, CalledParty.SOUND)


def _write(file: Path, verdict: "TrunkVerdict", *, hide_numbers: bool) -> None:
    from config.version import USER_AGENT
    from engine.diagnosis.report import report_text
    from engine.privacy.masking import masked
    from engine.store.values import utc_now

    text = report_text(verdict, USER_AGENT, utc_now())
    try:
        file.write_text(masked(text) if hide_numbers else text, encoding="utf-8")
    except OSError as error:
        raise InvalidField("report", f"{file} can't be written: {error.strerror}.") from None
