"""The consent record: who was asked what, when and how, and what came of it, as it is stored with the call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.consent.policy import ConsentPolicy
from engine.model.consent.purpose import Purpose


class Given(StrEnum):
    """The answers to a question for consent."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


class How(StrEnum):
    """The way in which somebody consented, refused or withdrew."""

    ANNOUNCED = "announced"
    DIGIT = "digit"
    EXTERNAL = "external"
    NOT_NEEDED = "not-needed"
    NO_ANSWER = "no-answer"
    UNHEARD = "unheard"
    """The notice or the question could not be spoken to its end."""
    API = "api"


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One leg's consent to a purpose, or refusal, kept as evidence. A withdrawal is its own record; none ever changes.

    `number` is the far end's, or its SIP URI. `basis` is the legal basis where one was written, or the sources of the
    country's default. `wording` is what was said to it or, with `external`, what the client says was agreed to;
    `wording_version` that of the text. `offset_s` counts from the call's answer.
    """

    id: str
    account_id: str
    call_id: str
    number: str
    policy: ConsentPolicy
    given: Given
    how: How
    at: datetime
    conference_id: str | None = None
    basis: str | None = None
    digit: str | None = None
    wording: str | None = None
    wording_version: str | None = None
    language: str | None = None
    offset_s: float | None = None
    reference: str | None = None
    given_by: str | None = None
    given_at: datetime | None = None
    purpose: Purpose = Purpose.RECORDING
