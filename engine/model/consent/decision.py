"""The decision about consent by a policy, and the only place where a `Consent` is made.

GDPR art. 6, 7 and 13: nothing is kept of anybody before. A recorder can't be started without a `Consent` to recording;
its constructor takes a value of a type that has none, so a type checker refuses every call of it, and so does Python.
The purpose is part of its type: consent to another one is refused by both as well.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Generic, Literal, Never, TypeVar, cast, final

from engine.errors import ConsentError
from engine.ids import IdKind, new_id
from engine.model.consent.policy import Ask, ConsentChoice, ConsentPolicy
from engine.model.consent.purpose import Purpose
from engine.model.consent.record import ConsentRecord, Given, How
from engine.model.consent.wording import Wording

AGREE: Final = "1"
REFUSE: Final = "2"
WITHDRAW: Final = "*0"
"""Keys as the texts name them."""


P = TypeVar("P", bound=Purpose)
For_co = TypeVar("For_co", bound=Purpose, covariant=True)


@final
class Consent(Generic[For_co]):
    """Somebody agrees to one purpose, which its type says: made by `decide` alone."""

    __slots__ = ("_asked", "_choice", "_record")
    _record: ConsentRecord
    _choice: ConsentChoice
    _asked: Ask

    def __init__(self, nobody: Never, /) -> None:
        raise TypeError("A Consent is made by a consent policy only: see engine/model/consent/decision.py.")

    def covers(self, purpose: Purpose) -> bool:
        """Whether it is for this purpose."""
        return self._record.purpose is purpose

    def to(self, purpose: P) -> "Consent[P]":
        """The same, of a type that says the purpose. Raises ConsentError where it is for another."""
        if not self.covers(purpose):
            raise ConsentError(f"{self.id} is consent to {self._record.purpose}, not to {purpose}")
        return cast("Consent[P]", self)

    @property
    def id(self) -> str:
        """Its record's."""
        return self._record.id

    @property
    def at(self) -> datetime:
        return self._record.at

    @property
    def record(self) -> ConsentRecord:
        return self._record

    @property
    def choice(self) -> ConsentChoice:
        return self._choice

    def answers(self, ask: Ask) -> bool:
        """Whether no more than was asked for this one would be asked; what is asserted answers everything."""
        return self._asked is Ask.NOTHING or ask <= self._asked


ToRecording = Consent[Literal[Purpose.RECORDING]]
ToStreaming = Consent[Literal[Purpose.STREAMING]]


@dataclass(frozen=True, slots=True)
class AskedLeg:
    """The leg that is decided about: a call's far end, in a conference or not, `offset_s` after the call's answer."""

    account_id: str
    call_id: str
    number: str
    at: datetime
    offset_s: float | None = None
    conference_id: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """The answer to a request for consent: the text that was spoken, and the key that was pressed."""

    how: How
    wording: Wording | None = None
    digit: str | None = None


@dataclass(frozen=True, slots=True)
class Decision(Generic[For_co]):
    """A record to be stored; and the consent, where it was given."""

    record: ConsentRecord
    consent: Consent[For_co] | None


def decide(choice: ConsentChoice, ask: Ask, answer: ConsentAnswer, leg: AskedLeg, purpose: P) -> Decision[P]:
    """What a policy makes of an answer about one purpose."""
    given = Given.YES if _is_consent(choice, ask, answer) else Given.NO
    record = _record(choice, answer, leg, given, purpose)
    return Decision(record, _consent(record, choice, ask).to(purpose) if given is Given.YES else None)


def withdrawn(consent: Consent[Purpose], how: How, leg: AskedLeg) -> ConsentRecord:
    """The record of a withdrawal, of what was consented to."""
    before = consent.record
    return replace(
        before, id=new_id(IdKind.CONSENT), given=Given.WITHDRAWN, how=how, at=leg.at, offset_s=leg.offset_s,
        conference_id=leg.conference_id, digit=WITHDRAW if how is How.DIGIT else None,
    )  # fmt: skip


def asserted(choice: ConsentChoice) -> ConsentAnswer:
    """What stands in for an answer where nobody is asked."""
    return ConsentAnswer(How.EXTERNAL if choice.policy is ConsentPolicy.EXTERNAL else How.NOT_NEEDED)


def _is_consent(choice: ConsentChoice, ask: Ask, answer: ConsentAnswer) -> bool:
    match ask:
        case Ask.NOTHING if choice.policy is ConsentPolicy.EXTERNAL:
            return bool(choice.reference and choice.given_by and choice.given_at and choice.wording)
        case Ask.NOTHING:
            return choice.policy is ConsentPolicy.NONE_NEEDED and bool(choice.basis)
        case Ask.TELL:
            return answer.how is How.ANNOUNCED
        case Ask.KEY:
            return answer.how is How.DIGIT and answer.digit == AGREE


def _record(
    choice: ConsentChoice, answer: ConsentAnswer, leg: AskedLeg, given: Given, purpose: Purpose
) -> ConsentRecord:
    spoken = answer.wording
    external = answer.how is How.EXTERNAL
    return ConsentRecord(
        id=new_id(IdKind.CONSENT),
        account_id=leg.account_id,
        call_id=leg.call_id,
        conference_id=leg.conference_id,
        number=leg.number,
        purpose=purpose,
        policy=choice.policy,
        basis=choice.basis,
        given=given,
        how=answer.how,
        digit=answer.digit,
        wording=spoken.text if spoken else choice.wording if external else None,
        wording_version=spoken.version if spoken else None,
        language=spoken.language if spoken else None,
        offset_s=leg.offset_s,
        at=leg.at,
        reference=choice.reference if external else None,
        given_by=choice.given_by if external else None,
        given_at=choice.given_at if external else None,
    )


def _consent(record: ConsentRecord, choice: ConsentChoice, ask: Ask) -> Consent[Purpose]:
    consent = object.__new__(Consent)
    consent._record, consent._choice, consent._asked = record, choice, ask
    return consent
