"""Disclosure policies as data: how people come to know that a program speaks, and what a client asserts with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class DisclosurePolicy(StrEnum):
    """The ways in which a person learns that a machine speaks (AI Act art. 50(1))."""

    ANNOUNCE = "announce"
    """We say it, before the program's first sound."""
    AGENT_SAYS_IT = "agent-says-it"
    """The program says it itself: the client asserts the words, and who vouches for them since when."""
    NOT_AI = "not-ai"
    """It is no machine that speaks: the client asserts why, as a person's own sound or a fixed message."""


@dataclass(frozen=True, slots=True)
class DisclosureChoice:
    """A policy that was chosen, with what is asserted with it: `wording`, `asserted_by`, `asserted_at`, `reason`."""

    policy: DisclosurePolicy = DisclosurePolicy.ANNOUNCE
    wording: str | None = None
    asserted_by: str | None = None
    asserted_at: datetime | None = None
    reason: str | None = None


ANNOUNCED: Final = DisclosureChoice()
"""What holds where nobody has chosen: the strongest."""

REQUIRED: Final[Mapping[DisclosurePolicy, tuple[str, ...]]] = MappingProxyType(
    {
        DisclosurePolicy.ANNOUNCE: (),
        DisclosurePolicy.AGENT_SAYS_IT: ("wording", "asserted_by", "asserted_at"),
        DisclosurePolicy.NOT_AI: ("reason", "asserted_by"),
    }
)
"""What must be said with each policy; anything else is a mistake."""
_WHY: Final[Mapping[DisclosurePolicy, str]] = MappingProxyType(
    {
        DisclosurePolicy.AGENT_SAYS_IT: "the words that the program says, who vouches for them, and since when",
        DisclosurePolicy.NOT_AI: "why no machine speaks, and who says so",
    }
)
_ALL: Final = ("wording", "asserted_by", "asserted_at", "reason")
_OPTIONAL: Final = {DisclosurePolicy.NOT_AI: ("asserted_at",)}


def assertion_facts(choice: DisclosureChoice | None) -> dict[str, str | None]:
    """What the audit log tells of a choice: the policy, and by whom and since when it is asserted."""
    if choice is None:
        return {"policy": None}
    at = choice.asserted_at.isoformat() if choice.asserted_at else None
    return {"policy": choice.policy.value, "asserted_by": choice.asserted_by, "asserted_at": at}


def faults(choice: DisclosureChoice) -> Mapping[str, str]:
    """What is wrong with a choice, by field; a sentence each that follows the field's name."""
    required, optional = REQUIRED[choice.policy], _OPTIONAL.get(choice.policy, ())
    found: dict[str, str] = {}
    for name in _ALL:
        given = getattr(choice, name)
        is_empty = given is None or (isinstance(given, str) and not given.strip())
        if name in required and is_empty:
            found[name] = f"is required: {choice.policy} takes {_WHY[choice.policy]}."
        if name not in (*required, *optional) and given is not None:
            found[name] = f"is not for {choice.policy}."
    return found
