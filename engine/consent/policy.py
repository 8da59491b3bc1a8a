"""Consent policies as data: what each asks of a leg, how strict it is, and what a client must say with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final


class Policy(StrEnum):
    """How those on a call come to be recorded lawfully."""

    ANNOUNCE = "announce"
    PRESS = "press-to-consent"
    BOTH_PARTIES = "both-parties"
    EXTERNAL = "external"
    NONE_NEEDED = "none-needed"


class Ask(IntEnum):
    """What is asked of a leg before it is recorded, the weakest first."""

    NOTHING = 0
    TELL = 1
    """A notice, spoken to its end; who stays on the line has it."""
    KEY = 2
    """A question, answered with a key."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Of a policy: what it asks of its own call's far end, and of those who are joined to it."""

    far_end: Ask
    others: Ask


TERMS: Final[Mapping[Policy, Terms]] = MappingProxyType(
    {
        Policy.ANNOUNCE: Terms(Ask.TELL, Ask.TELL),
        Policy.PRESS: Terms(Ask.KEY, Ask.TELL),
        Policy.BOTH_PARTIES: Terms(Ask.KEY, Ask.KEY),
        Policy.EXTERNAL: Terms(Ask.NOTHING, Ask.TELL),
        Policy.NONE_NEEDED: Terms(Ask.NOTHING, Ask.NOTHING),
    }
)

STRICTNESS: Final = (Policy.NONE_NEEDED, Policy.EXTERNAL, Policy.ANNOUNCE, Policy.PRESS, Policy.BOTH_PARTIES)
"""The strictest last."""


class Withdrawal(StrEnum):
    """What becomes of a recording when somebody in it withdraws consent: its rest is silent, or none of it is kept."""

    CUT = "cut"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Choice:
    """A policy that was chosen for a call, a number or an account, with what has to be said with it.

    `basis` is the legal basis in words. What a client asserts with `external`: its `reference`, by whom and when
    consent was given, and what was agreed to (`wording`).
    """

    policy: Policy
    withdrawal: Withdrawal = Withdrawal.CUT
    basis: str | None = None
    reference: str | None = None
    given_by: str | None = None
    given_at: datetime | None = None
    wording: str | None = None


ASSERTED: Final = ("reference", "given_by", "given_at", "wording")


def strictest(policies: Iterable[Policy]) -> Policy:
    """The strictest of some. Raises ValueError where there is none."""
    return max(policies, key=STRICTNESS.index)


def asked_of(own: Policy, others: Iterable[Policy], *, dialled: bool) -> Ask:
    """What is asked of a leg, of its own call's policy and those of whom it talks with.

    A leg that a call has `dialled` is one that is joined to it. Where consent is asserted, or none is needed, nothing
    more is asked.
    """
    ask = TERMS[own].others if dialled else TERMS[own].far_end
    return ask if ask is Ask.NOTHING else max([ask, *(TERMS[each].others for each in others)])


def faults(choice: Choice) -> Mapping[str, str]:
    """What is wrong with a choice, by field; a sentence each that follows the field's name."""
    found = {}
    if choice.policy is Policy.NONE_NEEDED and not (choice.basis or "").strip():
        found["basis"] = "is required: none-needed takes the legal basis, in writing."
    for name in ASSERTED:
        given = getattr(choice, name)
        if choice.policy is Policy.EXTERNAL and (given is None or (isinstance(given, str) and not given.strip())):
            found[name] = "is required: external takes the client's own record of the consent."
        if choice.policy is not Policy.EXTERNAL and given is not None:
            found[name] = f"is for external only, not for {choice.policy}."
    return found
