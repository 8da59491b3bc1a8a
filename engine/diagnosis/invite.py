"""What becomes of an INVITE that comes in, told rule by rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NO_ANSWER: Final = 0
"""In the place of a SIP status: the INVITE is dropped."""


class InviteRule(StrEnum):
    """The rules that an INVITE meets, in this order; the first that it fails answers it."""

    MESSAGE = "message"
    SOURCE = "source"
    NUMBER = "number"
    ACCOUNT = "account"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class InviteDecision:
    """A rule's decision; `answer` is the SIP status that refuses the INVITE, or NO_ANSWER; None where it may pass."""

    rule: InviteRule
    detail: str
    answer: int | None = None


def outcome(decisions: Sequence[InviteDecision]) -> str:
    """What becomes of it, in one sentence."""
    last = decisions[-1]
    if last.answer == NO_ANSWER:
        return f"It would be answered with nothing, by the rule {last.rule}: {last.detail}."
    if last.answer is not None:
        return f"It would be answered with {last.answer}, by the rule {last.rule}: {last.detail}."
    return "It would become a call, if there is room for one."
