"""Consent that a policy gave, for tests that record without asking anybody."""

from datetime import datetime
from typing import Final

from engine.consent import Answer, Ask, Choice, Consent, How, Leg, Policy, decide
from engine.ids import Kind, new_id

ASKS_NOBODY: Final = {"policy": "none-needed", "basis": "A test's own calls"}
"""By REST, so that a recording begins at once."""
NUMBER_ASKS_NOBODY: Final = {"--consent": "none-needed", "--consent-basis": "A test's own calls"}
"""The same for a number."""


def announced(account_id: str, at: datetime) -> Consent:
    """As if the far end of some call had heard the notice."""
    leg = Leg(account_id, new_id(Kind.CALL), "+3225550177", at)
    consent = decide(Choice(Policy.ANNOUNCE), Ask.TELL, Answer(How.ANNOUNCED), leg).consent
    assert consent is not None, "an announcement that was heard is consent"
    return consent
