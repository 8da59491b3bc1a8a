"""A trial's verdict, printed, and what the caller heard, written."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import soundfile
import typer

from api.cli.output import print_json
from api.doctor.programs.trying import ProgramVerdict
from engine.diagnosis.report import finding_lines
from engine.errors import InvalidField


def print_verdict(verdict: ProgramVerdict, *, as_json: bool) -> None:
    """Every finding and the sum of them."""
    if as_json:
        print_json({
            "ok": verdict.ok,
            "protocol": verdict.protocol,
            "summary": verdict.summary,
            "findings": [asdict(each) for each in verdict.findings],
            "lines": [asdict(each) for each in verdict.lines],
        })  # fmt: skip
        return
    typer.echo("")
    for finding in verdict.findings:
        typer.echo("\n".join(finding_lines(finding)))
    typer.echo(f"\n{verdict.summary}")


def write_heard(output: Path, verdict: ProgramVerdict, rate_hz: int) -> None:
    """The caller's ear as a WAV; of a conversation by text its transcript. Raises InvalidField."""
    try:
        if verdict.heard is None:
            output.write_text("".join(f"{line}\n" for line in verdict.lines), encoding="utf-8")
        else:
            with output.open("wb") as file:
                soundfile.write(file, np.asarray(verdict.heard, np.int16), rate_hz, subtype="PCM_16", format="WAV")
    except OSError as error:
        raise InvalidField("output", f"{output} can't be written: {error.strerror}.") from None
