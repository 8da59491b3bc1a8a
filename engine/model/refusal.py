"""Calls that came in and were refused before anybody could answer: from where, by which rule, to which number."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class RefusalRule(StrEnum):
    """The rules by which a call that comes in is refused."""

    SOURCE = "source unknown"
    NUMBER = "no such number"
    INVITE = "invite not possible"
    """It asks for what can't be: no codec in common, or an extension that is not offered."""
    CALLER = "caller not proved"
    """Its trunk takes no call that is not signed, or whose signature does not hold (STIR)."""
    PASSWORD = "wrong password"
    """It has answered our challenge, but not with the user and the password of a trunk that is known by them."""
    LIMIT = "too many calls"
    TRUNK = "trunk is full"
    """The trunk that it came by carries as many as it may."""
    BALANCE = "balance too low"
    """Calls to the number cost its account, which has paid beforehand and has nothing left."""
    POLICY = "call policy"
    """As many calls come in as a policy of the node, the account or the number allows."""
    STORAGE = "not to be stored"
    """The disk is full, or the database fails."""


@dataclass(frozen=True, slots=True)
class RefusalKind:
    """What was refused alike: `source` is an address without its port, `number` what was called, empty if unread."""

    source: str
    rule: RefusalRule
    number: str


@dataclass(frozen=True, slots=True)
class RefusedCalls:
    """How often something was refused, when first and when last."""

    kind: RefusalKind
    count: int
    first_at: datetime
    last_at: datetime

    def again(self, other: "RefusedCalls") -> "RefusedCalls":
        """The sum of these and others that were refused alike."""
        return replace(
            self,
            count=self.count + other.count,
            first_at=min(self.first_at, other.first_at),
            last_at=max(self.last_at, other.last_at),
        )
