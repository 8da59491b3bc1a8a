"""Consent that a policy gave, for tests that record without asking anybody."""

from datetime import datetime
from typing import Final

from engine.ids import IdKind, new_id
from engine.model.consent import (
    Ask,
    AskedLeg,
    ConsentAnswer,
    ConsentChoice,
    ConsentPolicy,
    How,
    Purpose,
    ToRecording,
    decide,
)

ASKS_NOBODY: Final = {"policy": "none-needed", "basis": "A test's own calls"}
"""By REST, so that a recording begins at once."""
NUMBER_ASKS_NOBODY: Final = {"--consent": "none-needed", "--consent-basis": "A test's own calls"}
"""The same for a number."""


def announced(account_id: str, at: datetime) -> ToRecording:
    """A consent as if the far end of some call had heard the notice."""
    leg = AskedLeg(account_id, new_id(IdKind.CALL), "+3225550177", at)
    answer = ConsentAnswer(How.ANNOUNCED)
    consent = decide(ConsentChoice(ConsentPolicy.ANNOUNCE), Ask.TELL, answer, leg, Purpose.RECORDING).consent
    assert consent is not None, "an announcement that was heard is consent"
    return consent.to(Purpose.RECORDING)
