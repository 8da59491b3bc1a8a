"""Consent policies as data: what each asks of a leg, how strict it is, and what a client must say with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final


class ConsentPolicy(StrEnum):
    """The consent policies, by which those on a call come to be recorded lawfully."""

    ANNOUNCE = "announce"
    PRESS = "press-to-consent"
    BOTH_PARTIES = "both-parties"
    EXTERNAL = "external"
    NONE_NEEDED = "none-needed"


class Ask(IntEnum):
    """The demands on a leg before it is recorded, the weakest first."""

    NOTHING = 0
    TELL = 1
    """A notice, spoken to its end; who stays on the line has it."""
    KEY = 2
    """A question, answered with a key."""


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """The demands of a consent policy on its own call's far end, and of those who are joined to it."""

    far_end: Ask
    others: Ask


TERMS: Final[Mapping[ConsentPolicy, ConsentTerms]] = MappingProxyType(
    {
        ConsentPolicy.ANNOUNCE: ConsentTerms(Ask.TELL, Ask.TELL),
        ConsentPolicy.PRESS: ConsentTerms(Ask.KEY, Ask.TELL),
        ConsentPolicy.BOTH_PARTIES: ConsentTerms(Ask.KEY, Ask.KEY),
        ConsentPolicy.EXTERNAL: ConsentTerms(Ask.NOTHING, Ask.TELL),
        ConsentPolicy.NONE_NEEDED: ConsentTerms(Ask.NOTHING, Ask.NOTHING),
    }
)

STRICTNESS: Final = (
    ConsentPolicy.NONE_NEEDED,
    ConsentPolicy.EXTERNAL,
    ConsentPolicy.ANNOUNCE,
    ConsentPolicy.PRESS,
    ConsentPolicy.BOTH_PARTIES,
)
"""The strictest last."""


class Withdrawal(StrEnum):
    """The effect of a withdrawal on a recording: its rest is silent, or none of it is kept."""

    CUT = "cut"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class ConsentChoice:
    """A policy that was chosen for a call, a number or an account, with what has to be said with it.

    `basis` is the legal basis in words. What a client asserts with `external`: its `reference`, by whom and when
    consent was given, and what was agreed to (`wording`).
    """

    policy: ConsentPolicy
    withdrawal: Withdrawal = Withdrawal.CUT
    basis: str | None = None
    reference: str | None = None
    given_by: str | None = None
    given_at: datetime | None = None
    wording: str | None = None


ASSERTED: Final = ("reference", "given_by", "given_at", "wording")


def strictest(policies: Iterable[ConsentPolicy]) -> ConsentPolicy:
    """The strictest of some. Raises ValueError where there is none."""
    return max(policies, key=STRICTNESS.index)


def asked_of(own: ConsentPolicy, others: Iterable[ConsentPolicy], *, dialled: bool) -> Ask:
    """What is asked of a leg, of its own call's policy and those of whom it talks with.

    A leg that a call has `dialled` is one that is joined to it. Where consent is asserted, or none is needed, nothing
    more is asked.
    """
    ask = TERMS[own].others if dialled else TERMS[own].far_end
    return ask if ask is Ask.NOTHING else max([ask, *(TERMS[each].others for each in others)])


def faults(choice: ConsentChoice) -> Mapping[str, str]:
    """What is wrong with a choice, by field; a sentence each that follows the field's name."""
    found = {}
    if choice.policy is ConsentPolicy.NONE_NEEDED and not (choice.basis or "").strip():
        found["basis"] = "is required: none-needed takes the legal basis, in writing."
    for name in ASSERTED:
        given = getattr(choice, name)
        if choice.policy is ConsentPolicy.EXTERNAL and (
            given is None or (isinstance(given, str) and not given.strip())
        ):
            found[name] = "is required: external takes the client's own record of the consent."
        if choice.policy is not ConsentPolicy.EXTERNAL and given is not None:
            found[name] = f"is for external only, not for {choice.policy}."
    return found
