"""Findings of a program's trial: how each part of it went, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.doctor.programs.faults_seen import FaultsSeen
from engine.diagnosis.findings import Outcome

_CLOSED_WELL = frozenset({1000, 1001, 1005})
_CLOSE_MEANS = {
    1003: "it refuses a kind of message",
    1006: "the connection broke without a Close",
    1007: "it could not read a message",
    1008: "its rules do not allow the connection",
    1009: "a message was too long for it",
    1011: "it failed",
}


class ProgramPart(StrEnum):
    """What a finding is about, in the order in which a trial comes to it."""

    CONNECTION = "connection"
    PROTOCOL = "protocol"
    GREETING = "greeting"
    ANSWER = "answer"
    KEYS = "keys"
    INTERRUPTION = "interruption"
    MARKS = "marks"
    SOUND = "sound"
    MESSAGES = "messages"
    END = "end"


@dataclass(frozen=True, slots=True)
class ProgramFinding:
    """One result: `detail` is what was seen, `advice` what to do about it, empty where nothing is to be done."""

    subject: ProgramPart
    outcome: Outcome
    detail: str
    advice: str = ""


def of_messages(faults: FaultsSeen, received: int) -> Sequence[ProgramFinding]:
    """What it sent wrongly, each kind with its mend."""
    if not received:
        return [ProgramFinding(ProgramPart.MESSAGES, Outcome.FAULT, "it sent nothing at all", "See its own log.")]
    if not len(faults):
        return [ProgramFinding(ProgramPart.MESSAGES, Outcome.OK, f"{received} messages, each as published")]
    return [ProgramFinding(ProgramPart.MESSAGES, Outcome.FAULT, detail, mend) for detail, mend in faults.told()]


def of_close(code: int | None) -> ProgramFinding:
    """How the connection ended; None where the platform had to end it."""
    if code is None:
        return ProgramFinding(ProgramPart.END, Outcome.OK, "the platform closed the connection, and it closed too")
    told = _CLOSE_MEANS.get(code)
    means = f": {told}" if told else ""
    if code in _CLOSED_WELL:
        return ProgramFinding(ProgramPart.END, Outcome.OK, f"it closed the connection itself, with {code}")
    return ProgramFinding(
        ProgramPart.END, Outcome.FAULT, f"it closed the connection with {code}{means}", "Its own log says why."
    )
