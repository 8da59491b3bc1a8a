"""No recorder without a Consent: a type checker refuses it, and so does Python."""

import copy
from pathlib import Path

import pytest
from mypy import api as mypy

from engine.consent import Answer, Ask, Choice, Consent, How, Leg, Policy, decide
from tests.peers.consent import announced
from tests.unit.store.samples import NOON

ROOT = Path(__file__).parents[3]
HEAD = """
from engine.consent import Consent, Decision
from engine.live.recording_desk import RecordingDesk
from engine.live.recording_subject import Subject

async def record(desk: RecordingDesk, subject: Subject, decision: Decision) -> None:
"""


def complaints(statement: str, folder: Path) -> str:
    """What mypy says of a statement in a function that could start a recorder."""
    program = folder / "program.py"
    program.write_text(HEAD + "".join(f"    {line}\n" for line in statement.splitlines()))
    said, failure, _ = mypy.run(
        ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache"), str(program)]
    )
    assert not failure
    return said


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("await desk.start(subject, [[]])", 'Missing positional argument "consent"'),
        ("await desk.start(None, subject, [[]])", 'incompatible type "None"; expected "Consent"'),
        ("await desk.start(decision.consent, subject, [[]])", 'expected "Consent"'),
        ('await desk.start(Consent("yes"), subject, [[]])', 'expected "Never"'),
        ("await desk.start(Consent(), subject, [[]])", 'Too few arguments for "Consent"'),
        ("class Forged(Consent): ...", "Cannot inherit from final class"),
    ],
)
def test_code_without_consent_does_not_type_check(tmp_path: Path, statement: str, refusal: str) -> None:
    assert refusal in complaints(statement, tmp_path)


def test_code_with_consent_does(tmp_path: Path) -> None:
    statement = "if decision.consent is not None:\n    await desk.start(decision.consent, subject, [[]])"
    assert complaints(statement, tmp_path).startswith("Success")


def test_python_makes_none_either() -> None:
    make: type = Consent
    for arguments in ((), ("yes",), (announced("AC1", NOON),)):
        with pytest.raises(TypeError):
            make(*arguments)


def test_what_was_refused_has_none_to_copy() -> None:
    leg = Leg("AC1", "CA1", "+3225550177", NOON)
    decision = decide(Choice(Policy.PRESS), Ask.KEY, Answer(How.DIGIT, digit="2"), leg)

    assert copy.copy(decision).consent is None
