"""The rules of call policies by their names, and what a refused call is told."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.errors import PolicyRefused
from engine.model.call_policy.policy import PolicyLevel

_URI: Final = "urn:telefoon:rule:"


class PolicyRule(StrEnum):
    """The rules, as problems, events and metrics name them."""

    COUNTRY = "country"
    NUMBER_TYPE = "number-type"
    PREFIX = "prefix"
    HOURS = "hours"
    NEW_DESTINATION = "new-destination"
    SHORT_CALLS = "short-calls"
    CALLS_A_SECOND = "calls-a-second"
    CALLS_AT_ONCE = "calls-at-once"
    INBOUND_AT_ONCE = "inbound-calls-at-once"
    MINUTES_A_DAY = "minutes-a-day"
    MINUTES_A_MONTH = "minutes-a-month"
    EUROS_A_DAY = "euros-a-day"
    EUROS_A_MONTH = "euros-a-month"
    LONGEST_CALL = "longest-call"

    @property
    def uri(self) -> str:
        """The `type` of the problem that tells of it (RFC 9457 §3.1.1)."""
        return f"{_URI}{self.value}"


@dataclass(frozen=True, slots=True)
class PolicyRefusal:
    """The rule that refuses a call, of which level's policy, and why, in a sentence for the user.

    `again_after_s` is set by rules that will let the same call pass later: those of how many and how much.
    """

    rule: PolicyRule
    level: PolicyLevel
    why: str
    again_after_s: int | None = None


Refuse = Callable[[PolicyRefusal], PolicyRefused]
"""Makes the error that tells of it, for the number that is called."""
