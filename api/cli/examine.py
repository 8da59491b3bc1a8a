"""`telefoon doctor`: is this machine fit to serve, or a customer's program fit to be reached?"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.group import FAILED, USAGE, examples
from api.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from api.doctor.finding import Finding

EXAMPLES: Final = examples(
    "telefoon doctor",
    "telefoon doctor --json",
    "telefoon doctor --program wss://agent.example/media --account demo",
)


def doctor(
    program: Annotated[
        str | None, typer.Option(metavar="URL", help="Look at this program's name, TLS and handshake instead.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Sign the handshake with this account's secrets, as calls do.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check ports, library, database, speech, trunk, disk and file handles, and say what to do about each.

    With --program nothing but this customer's program behind a WebSocket (wss://...) is checked.
    """
    from api.doctor import examine
    from config.settings import load

    if account is not None and program is None:
        typer.echo("telefoon: --account goes with --program.", err=True)
        raise typer.Exit(USAGE)
    examination = examine(load()) if program is None else _of_program(program, account)
    found = asyncio.run(_told(examination, quiet=as_json))
    well = all(finding.ok for finding in found)
    if as_json:
        print_json({"ok": well, "checks": [asdict(finding) for finding in found]})
    if not well:
        raise typer.Exit(FAILED)


def _of_program(program: str, account: str | None) -> AsyncIterator["Finding"]:
    from api.cli.program_address import egress_here, signing_account
    from api.doctor.programs.address import program_url
    from api.doctor.programs.handshake import HandshakeTrial, examine_handshake

    url = program_url(program, "program")
    return examine_handshake(HandshakeTrial(url, egress_here(), signing_account(account).headers(url)))


async def _told(examination: AsyncIterator["Finding"], *, quiet: bool) -> list["Finding"]:
    found = []
    async for finding in examination:
        found.append(finding)
        if not quiet:
            print_finding(finding)
    return found


def print_finding(finding: "Finding") -> None:
    """A finding as a person reads it, with what to do below it."""
    verdict = typer.style("ok   ", fg="green") if finding.ok else typer.style("FAULT", fg="red")
    typer.echo(f"{verdict}  {finding.subject}: {finding.detail}")
    if finding.advice:
        typer.echo(f"       {finding.advice}")
