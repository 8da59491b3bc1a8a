"""No recorder without a Consent: a type checker refuses it, and so does Python."""

import copy
from pathlib import Path

import pytest

from engine.model.consent import (
    Ask,
    AskedLeg,
    Consent,
    ConsentAnswer,
    ConsentChoice,
    ConsentPolicy,
    How,
    Purpose,
    decide,
)
from tests.peers.consent import announced
from tests.unit.consent.type_checked import said_of
from tests.unit.store.samples import NOON

PROGRAM = """
from typing import Literal

from engine.model.consent import Consent, Decision, Purpose, ToStreaming
from engine.live.recording.service import RecordingService
from engine.live.recording.context import RecordingContext

async def record(
    desk: RecordingService, subject: RecordingContext, decision: Decision[Literal[Purpose.RECORDING]],
    streamed: ToStreaming,
) -> None:
"""
TO_RECORDING = 'expected "Consent[Literal[Purpose.RECORDING]]"'
REFUSED = (
    ("await desk.start(subject, [[]])", 'Missing positional argument "consent"'),
    ("await desk.start(None, subject, [[]])", f'incompatible type "None"; {TO_RECORDING}'),
    ("await desk.start(decision.consent, subject, [[]])", TO_RECORDING),
    ("await desk.start(streamed, subject, [[]])", TO_RECORDING),
    ('await desk.start(Consent("yes"), subject, [[]])', 'expected "Never"'),
    ("await desk.start(Consent(), subject, [[]])", 'Too few arguments for "Consent"'),
    ("class Forged(Consent): ...", "Cannot inherit from final class"),
)
"""Statements in a function that could start a recorder, and what mypy says of them."""
ALLOWED = ("if decision.consent is not None:", "    await desk.start(decision.consent, subject, [[]])")


@pytest.mark.costly("a type checker reads the engine, once for all statements")
def test_only_code_with_consent_type_checks(tmp_path: Path) -> None:
    said = said_of([*(statement for statement, _ in REFUSED), *ALLOWED], PROGRAM, tmp_path)

    for statement, refusal in REFUSED:
        assert any(refusal in line for line in said[statement]), refusal
    assert [said[statement] for statement in ALLOWED] == [[]] * len(ALLOWED)


def test_python_makes_none_either() -> None:
    make: type = Consent
    for arguments in ((), ("yes",), (announced("AC1", NOON),)):
        with pytest.raises(TypeError):
            make(*arguments)


def test_what_was_refused_has_none_to_copy() -> None:
    leg = AskedLeg("AC1", "CA1", "+3225550177", NOON)
    decision = decide(
        ConsentChoice(ConsentPolicy.PRESS), Ask.KEY, ConsentAnswer(How.DIGIT, digit="2"), leg, Purpose.RECORDING
    )

    assert copy.copy(decision).consent is None
