"""A trunk's verdict written down: as lines for a person, and as plain data for a machine."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from engine.diagnosis.findings import Outcome, TriedPart, TrunkVerdict

_MARKS: Final = {
    Outcome.OK: "ok       ",
    Outcome.WARNING: "WARNING  ",
    Outcome.FAULT: "FAULT    ",
    Outcome.NOT_TRIED: "not tried",
}


def finding_lines(finding: TriedPart) -> Sequence[str]:
    """A finding as a person reads it, with what to do below it."""
    first = f"{_MARKS[finding.outcome]}  {_heading(finding)}: {finding.detail}"
    return [first, f"           {finding.advice}"] if finding.advice else [first]


def _heading(finding: TriedPart) -> str:
    return finding.subject[:1].upper() + finding.subject[1:]


def report_text(verdict: TrunkVerdict, version: str, at: datetime) -> str:
    """The file to send to the carrier."""
    head = f"Test of the SIP trunk {verdict.trunk} by {version}, {at:%Y-%m-%d %H:%M:%S} UTC"
    lines = [head, "", verdict.summary, ""]
    for finding in verdict.findings:
        lines += finding_lines(finding)
    return "\n".join(lines) + "\n"


def verdict_json(verdict: TrunkVerdict) -> dict[str, Any]:
    """The verdict as JSON has it."""
    return {
        "trunk": verdict.trunk,
        "ok": verdict.ok,
        "summary": verdict.summary,
        "findings": [asdict(each) for each in verdict.findings],
    }
