"""`telefoon trunks test`: does a carrier's trunk work, and if not, why not?"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.group import FAILED, examples
from api.cli.local import LocalStores, with_books
from api.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from engine.diagnosis.findings import TrunkVerdict

EXAMPLES: Final = examples(
    "telefoon trunks test carrier-a",
    "telefoon trunks test carrier-a --report carrier-a.txt",
    "telefoon trunks test carrier-a --json",
)


def try_out(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The trunk's name, such as carrier-a.")],
    report: Annotated[Path | None, typer.Option(help="Write all of it to this file, for the carrier.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look a trunk's hosts up, ask each with OPTIONS, register, and say in plain words what is wrong."""
    verdict = with_books(lambda books: _tested(books, name, quiet=as_json))
    if report is not None:
        _write(report, verdict)
    if as_json:
        from engine.diagnosis.report import verdict_json

        print_json(verdict_json(verdict))
    else:
        typer.echo(f"\n{verdict.summary}")
    if not verdict.ok:
        raise typer.Exit(FAILED)


async def _tested(books: LocalStores, name: str, *, quiet: bool) -> "TrunkVerdict":
    from api.doctor import server
    from api.doctor.trunk_probe import trunk_findings
    from engine.diagnosis.findings import verdict
    from engine.diagnosis.report import finding_lines

    rows = books.stores.trunks
    trunk = (await rows.get(name)).trunk
    running, stand = await asyncio.gather(server.find(books.settings), rows.registrations())
    found = []
    async for finding in trunk_findings(trunk, books.settings, running, stand):
        found.append(finding)
        if not quiet:
            typer.echo("\n".join(finding_lines(finding)))
    return verdict(name, found)


def _write(file: Path, verdict: "TrunkVerdict") -> None:
    from config.version import USER_AGENT
    from engine.diagnosis.report import report_text
    from engine.errors import InvalidField
    from engine.store.values import utc_now

    try:
        file.write_text(report_text(verdict, USER_AGENT, utc_now()), encoding="utf-8")
    except OSError as error:
        raise InvalidField("report", f"{file} can't be written: {error.strerror}.") from None
