"""What a trunk carries in one direction: calls at once and set-ups a second, shared fairly between accounts."""

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from engine.routing.fair_limit import FairLimit

_SECOND: Final = 1.0
_CALLS_CLAIM_S: Final = 30.0
_SET_UPS_CLAIM_S: Final = 3.0
"""A claim outlives the Retry-After that its account was told, so that it holds when the account comes again."""


class CapacityLimit(StrEnum):
    """Which limit of a trunk is reached."""

    CALLS = "calls at once"
    SET_UPS = "set-ups a second"


RETRY_AFTER_S: Final = {CapacityLimit.CALLS: 10, CapacityLimit.SET_UPS: 1}
"""After how many seconds asking again makes sense."""


@dataclass(frozen=True, slots=True)
class CapacityRefusal:
    """Why a trunk carries no further call of an account now, and when to ask again (Retry-After)."""

    limit: CapacityLimit

    @property
    def retry_after_s(self) -> int:
        return RETRY_AFTER_S[self.limit]


@dataclass(frozen=True, slots=True)
class CallsNow:
    """The calls at once of a trunk, in each direction; those that go out count from their order on."""

    outbound: int = 0
    inbound: int = 0


@dataclass(frozen=True, slots=True)
class TrunkLoad:
    """The calls and set-ups of a trunk in one direction now; times are seconds of any one clock."""

    calls: FairLimit
    set_ups: FairLimit
    begun_at: tuple[tuple[float, str], ...] = ()
    """The set-ups of the last second, with their accounts."""

    @property
    def calls_now(self) -> int:
        """The calls of all accounts together."""
        return sum(self.calls.used.values())

    @property
    def is_full(self) -> bool:
        """Whether there are as many calls at once as there may be, or more, as after a limit was lowered.

        A node that has no share of the limit, and no call, is not full: it will be given one when it asks.
        """
        return self.calls.limit is not None and self.calls_now >= max(self.calls.limit, 1)

    def set_ups_now(self, now: float) -> int:
        """The set-ups of all accounts together in the last second."""
        return sum(self._lately(now).used.values())

    def within(self, calls: int | None, set_ups_per_s: int | None) -> "TrunkLoad":
        """The same calls under other limits; None for no limit."""
        return replace(self, calls=replace(self.calls, limit=calls), set_ups=replace(self.set_ups, limit=set_ups_per_s))

    def refusal(self, account: str, now: float) -> CapacityRefusal | None:
        """Why an account may not begin a call now; None if it may."""
        if not self.calls.has_room(account, now):
            return CapacityRefusal(CapacityLimit.CALLS)
        return None if self._lately(now).has_room(account, now) else CapacityRefusal(CapacityLimit.SET_UPS)

    def refused(self, account: str, refusal: CapacityRefusal, now: float) -> "TrunkLoad":
        """After an account was told of a refusal."""
        if refusal.limit is CapacityLimit.CALLS:
            return replace(self, calls=self.calls.refused(account, now))
        return replace(self, set_ups=self._lately(now).refused(account, now))

    def begun(self, account: str, now: float) -> "TrunkLoad":
        """After a call has begun. It counts also where it was not asked for, as one to an emergency number."""
        lately = tuple((at, name) for at, name in self.begun_at if at > now - _SECOND)
        return TrunkLoad(self.calls.taken(account), self._lately(now).taken(account), (*lately, (now, account)))

    def ended(self, account: str) -> "TrunkLoad":
        """After a call has ended."""
        return replace(self, calls=self.calls.freed(account))

    def _lately(self, now: float) -> FairLimit:
        return replace(self.set_ups, used=Counter(name for at, name in self.begun_at if at > now - _SECOND))


def no_load(calls: int | None = None, set_ups_per_s: int | None = None) -> TrunkLoad:
    """A trunk without calls, and its limits; None for no limit."""
    return TrunkLoad(FairLimit(calls, _CALLS_CLAIM_S), FairLimit(set_ups_per_s, _SET_UPS_CLAIM_S))
