"""What is told of a document before it is called: by `telefoon flow check`, and by the simulator."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from typer.testing import CliRunner

from engine.errors import DocumentError
from engine.simulator.narrator import PASSED_OVER
from engine.simulator.run import simulate
from tests.elements.documents import BASE, LIMIT_S, PAGES, SHOP, ElementDocument

_ID: Final = re.compile(r"\b([A-Z]{2})[0-9a-f]{32}\b")
"""Ids are others in each run."""


def checked(document: ElementDocument, folder: Path) -> Sequence[str]:
    """What `telefoon flow check` finds, in a line each."""
    from api.cli.app import app_for

    file = folder / f"{document}.xml"
    file.write_text(document.document, "utf-8")
    told = CliRunner().invoke(app_for("flow"), ["flow", "check", str(file), "--json"], prog_name="telefoon")
    [found] = json.loads(told.stdout)
    return [_line(each) for each in found["findings"]]


def _line(finding: dict[str, str]) -> str:
    place = f"{finding['effect']}, line {finding['line']}: {finding['element']} {finding['attribute']}".rstrip()
    return f"{place}: {finding['done']}" if finding["effect"] == "mistake" else place


def simulated(document: ElementDocument) -> str:
    """The transcript of its simulated call, without the mistakes, of which the check tells. Raises DocumentError."""
    transcript = simulate(
        document.document,
        digits=document.digits,
        answers=document.answers,
        pages={f"{SHOP}{path}": page for path, page in PAGES.items()},
        base_url=BASE,
        limit_s=LIMIT_S,
    )
    lines = [f"{line}\n" for line in transcript.lines if not line.text.startswith(PASSED_OVER)]
    return _ID.sub(r"\1…", "".join(lines))


def outcome(document: ElementDocument, run: Callable[[ElementDocument], str] = simulated) -> tuple[str, str]:
    """The transcript and nothing, or nothing and why the document is refused."""
    try:
        return run(document), ""
    except DocumentError as refused:
        return "", str(refused)
