"""`telefoon doctor`: is this machine fit to serve?"""

import asyncio
from dataclasses import asdict
from typing import Final

import typer

from api.cli.group import FAILED, examples
from api.cli.output import AsJson, print_json

EXAMPLES: Final = examples("telefoon doctor", "telefoon doctor --json")


def doctor(as_json: AsJson = False) -> None:
    """Check ports, library, database, speech, trunk, disk and file handles, and say what to do about each."""
    from api.doctor import examine
    from api.doctor.finding import Finding
    from config.settings import load

    async def findings() -> list[Finding]:
        found = []
        async for finding in examine(load()):
            found.append(finding)
            if not as_json:
                _print(finding.subject, finding.ok, finding.detail, finding.advice)
        return found

    found = asyncio.run(findings())
    well = all(finding.ok for finding in found)
    if as_json:
        print_json({"ok": well, "checks": [asdict(finding) for finding in found]})
    if not well:
        raise typer.Exit(FAILED)


def _print(subject: str, ok: bool, detail: str, advice: str) -> None:
    verdict = typer.style("ok   ", fg="green") if ok else typer.style("FAULT", fg="red")
    typer.echo(f"{verdict}  {subject}: {detail}")
    if advice:
        typer.echo(f"       {advice}")
