"""The decision that a person knows that a program speaks, and the only place where a `Disclosure` is made.

AI Act (Regulation (EU) 2024/1689) art. 50(1) and (5): people are told at the latest at the first interaction, clearly.
No way from a program to a person's ear can be opened without a `Disclosure`; its constructor takes a value of a type
that has none, so a type checker refuses every call of it, and so does Python.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Never, final

from engine.ids import IdKind, new_id
from engine.model.disclosure.policy import DisclosureChoice, DisclosurePolicy, faults
from engine.model.disclosure.record import DisclosureRecord
from engine.model.disclosure.wording import NoticeWording


@final
class Disclosure:
    """A leg whose far end knows that a program speaks: made by `disclosed` alone, and of use for that leg alone."""

    __slots__ = ("_leg", "_record")
    _leg: int
    _record: DisclosureRecord

    def __init__(self, nobody: Never, /) -> None:
        raise TypeError("A Disclosure is made by a disclosure policy only: see engine/model/disclosure/decision.py.")

    @property
    def record(self) -> DisclosureRecord:
        return self._record

    def require(self, leg: int) -> None:
        """Raises TypeError for another leg than the one that was told."""
        if leg != self._leg:
            raise TypeError("A program is heard by nobody who was not told of it: each leg is told for itself.")


@dataclass(frozen=True, slots=True)
class ToldLeg:
    """The leg that is decided about: a call's far end, and its number on this node."""

    account_id: str
    call_id: str
    number: str
    leg: int


@dataclass(frozen=True, slots=True)
class HeardNotice:
    """A notice that was spoken to its end to a leg, which heard it from then till then."""

    wording: NoticeWording
    begun_at: datetime
    ended_at: datetime


def disclosed(choice: DisclosureChoice, heard: HeardNotice | None, leg: ToldLeg, now: datetime) -> Disclosure | None:
    """What a policy makes of a notice that was heard, or of what a client asserts; None where that is not enough."""
    if faults(choice):
        return None
    if choice.policy is not DisclosurePolicy.ANNOUNCE:
        return _disclosure(_asserted(choice, leg, now), leg)
    return None if heard is None else _disclosure(_announced(heard, leg), leg)


def _announced(heard: HeardNotice, leg: ToldLeg) -> DisclosureRecord:
    return DisclosureRecord(
        id=new_id(IdKind.DISCLOSURE),
        account_id=leg.account_id,
        call_id=leg.call_id,
        number=leg.number,
        policy=DisclosurePolicy.ANNOUNCE,
        begun_at=heard.begun_at,
        ended_at=heard.ended_at,
        text=heard.wording.text,
        text_version=heard.wording.version,
        language=heard.wording.language,
    )


def _asserted(choice: DisclosureChoice, leg: ToldLeg, now: datetime) -> DisclosureRecord:
    return DisclosureRecord(
        id=new_id(IdKind.DISCLOSURE),
        account_id=leg.account_id,
        call_id=leg.call_id,
        number=leg.number,
        policy=choice.policy,
        begun_at=now,
        ended_at=now,
        text=choice.wording,
        asserted_by=choice.asserted_by,
        asserted_at=choice.asserted_at,
        reason=choice.reason,
    )


def _disclosure(record: DisclosureRecord, leg: ToldLeg) -> Disclosure:
    disclosure = object.__new__(Disclosure)
    disclosure._leg, disclosure._record = leg.leg, record
    return disclosure
