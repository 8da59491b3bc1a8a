"""The disclosure to a person that a machine speaks to them, before it does.

Regulation (EU) 2024/1689 art. 50(1) and (5): people are told at the first interaction at the latest, clearly, that they
interact with an AI system. A program's sound reaches nobody without a `Disclosure`; its constructor takes a value of a
type that has none, so a type checker refuses every call of it, and so does Python. `disclose` alone makes it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Never, final


class DisclosurePolicy(StrEnum):
    """Who tells people of the machine, or why nobody has to."""

    ANNOUNCE = "announce"
    """We do, before its first sound."""
    AGENT_SAYS_IT = "agent-says-it"
    """The program does, as the client asserts."""
    NOT_AI = "not-ai"
    """There is none: a person's own sound, or a fixed message, as the client asserts."""


@dataclass(frozen=True, slots=True)
class SpokenNotice:
    """The notice as somebody heard it."""

    text: str
    version: str
    language: str
    begun_at: datetime
    ended_at: datetime | None
    """None where it was broken off: it was not heard then."""


@dataclass(frozen=True, slots=True)
class DisclosureAssertion:
    """What a client asserts where we say nothing."""

    asserted_by: str
    asserted_at: datetime
    wording: str = ""
    """What its program says itself."""
    reason: str = ""
    """Why there is no machine."""


@dataclass(frozen=True, slots=True)
class DisclosureRecord:
    """What is kept of it on the call."""

    policy: DisclosurePolicy
    notice: SpokenNotice | None
    assertion: DisclosureAssertion | None


@final
class Disclosure:
    """Somebody may hear a program: made by `disclose` alone."""

    __slots__ = ("_record",)
    _record: DisclosureRecord

    def __init__(self, nobody: Never, /) -> None:
        raise TypeError("A Disclosure is made by its policy only: see engine/model/disclosure.py.")

    @property
    def record(self) -> DisclosureRecord:
        """What it rests on."""
        return self._record


def disclose(
    policy: DisclosurePolicy, notice: SpokenNotice | None = None, assertion: DisclosureAssertion | None = None
) -> Disclosure | None:
    """The disclosure, where what its policy asks for has been done; else None."""
    if not _is_done(policy, notice, assertion):
        return None
    disclosure = object.__new__(Disclosure)
    disclosure._record = DisclosureRecord(policy, notice, assertion)
    return disclosure


def _is_done(policy: DisclosurePolicy, notice: SpokenNotice | None, assertion: DisclosureAssertion | None) -> bool:
    match policy:
        case DisclosurePolicy.ANNOUNCE:
            return notice is not None and notice.ended_at is not None
        case DisclosurePolicy.AGENT_SAYS_IT:
            return assertion is not None and bool(assertion.asserted_by and assertion.wording)
        case DisclosurePolicy.NOT_AI:
            return assertion is not None and bool(assertion.asserted_by and assertion.reason)
