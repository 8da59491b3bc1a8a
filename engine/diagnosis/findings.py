"""Findings of a trunk's test: what was tried, how it went, and what to do about it, in words for anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Subject(StrEnum):
    """What a finding is about, in the order in which a test comes to it."""

    NAME = "name"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    OPTIONS = "options"
    REGISTRATION = "registration"
    CALL = "call"
    RELIABLE_ANSWERS = "PRACK"
    CODEC = "codec"
    AUDIO = "audio"
    ROUND_TRIP = "round trip"
    KEYS = "keys"
    SESSION_TIMERS = "session timers"
    HOLD = "hold"
    IDENTITY = "caller's identity"


class Outcome(StrEnum):
    """How it went: a warning leaves calls possible, a fault stops some or all of them."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    NOT_TRIED = "not tried"


class TriedPart(Protocol):
    """A finding of any trial, as it is written down."""

    @property
    def subject(self) -> str: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def detail(self) -> str: ...
    @property
    def advice(self) -> str: ...


@dataclass(frozen=True, slots=True)
class TrunkFinding:
    """One result: `detail` is what was seen, `advice` what to do about it, empty where nothing is to be done."""

    subject: Subject
    outcome: Outcome
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class TrunkVerdict:
    """All findings of one test, and one sentence that says how the trunk stands."""

    trunk: str
    findings: tuple[TrunkFinding, ...]
    summary: str

    @property
    def ok(self) -> bool:
        return not _of(self.findings, Outcome.FAULT)


def verdict(trunk: str, findings: Sequence[TrunkFinding]) -> TrunkVerdict:
    """Sum up: the first fault is named, for what comes after it often follows from it."""
    faults, warnings = _of(findings, Outcome.FAULT), _of(findings, Outcome.WARNING)
    if faults:
        more = f" There are {len(faults)} faults; mend this one first." if len(faults) > 1 else ""
        summary = f"Trunk {trunk} does not work as it should: {faults[0].detail}.{more}"
    elif warnings:
        summary = f"Trunk {trunk} works, with a warning: {warnings[0].detail}."
    else:
        summary = f"Trunk {trunk} works, as far as it was tried."
    return TrunkVerdict(trunk, tuple(findings), summary)


def _of(findings: Sequence[TrunkFinding], outcome: Outcome) -> list[TrunkFinding]:
    return [each for each in findings if each.outcome is outcome]
