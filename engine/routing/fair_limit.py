"""A limit that accounts share fairly: max-min fairness, without taking anything from who has it.

While there is room, everybody is let in. Who is refused below the fair share has a claim for a while, and what becomes
free is kept for those with claims: who has more than a fair share waits until they have theirs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf


@dataclass(frozen=True, slots=True)
class FairLimit:
    """How much there is, how much each account uses of it, and until when each refused one has a claim."""

    limit: int | None
    claim_s: float
    used: Mapping[str, int] = field(default_factory=dict)
    claims: Mapping[str, float] = field(default_factory=dict)

    def has_room(self, account: str, now: float) -> bool:
        """Whether an account may have one more now."""
        if self.limit is None:
            return True
        free = self.limit - sum(self.used.values())
        return free > 0 and (self.is_below_share(account, now) or free > self._owed(account, now))

    def is_below_share(self, account: str, now: float) -> bool:
        """Whether an account that asks for one more would still have no more than its fair share."""
        return self.limit is None or self.used.get(account, 0) < self._share(self.limit, {account}, now)

    def taken(self, account: str) -> "FairLimit":
        """The limit after an account has taken one more; its claim is met."""
        claims = {name: until for name, until in self.claims.items() if name != account}
        return replace(self, used={**self.used, account: self.used.get(account, 0) + 1}, claims=claims)

    def refused(self, account: str, now: float) -> "FairLimit":
        """The limit after an account was refused, with a claim if that was below its share."""
        claims = {name: until for name, until in self.claims.items() if until > now}
        if self.is_below_share(account, now):
            claims[account] = now + self.claim_s
        return replace(self, claims=claims)

    def freed(self, account: str) -> "FairLimit":
        """The limit after an account has given one back."""
        left = self.used[account] - 1
        others = {name: count for name, count in self.used.items() if name != account}
        return replace(self, used={**others, account: left} if left else others)

    def _share(self, limit: int, asking: set[str], now: float) -> int:
        hungry = asking | self._claimants(now)
        content = [count for name, count in self.used.items() if name not in hungry]
        return max(1, int(fair_level([*content, *(inf for _ in hungry)], limit)))

    def _owed(self, account: str, now: float) -> int:
        return sum(self.is_below_share(name, now) for name in self._claimants(now) - {account})

    def _claimants(self, now: float) -> set[str]:
        return {name for name, until in self.claims.items() if until > now}


def fair_level(demands: Iterable[float], limit: int) -> float:
    """The most that anybody gets where nobody gets more than the demand, and what is left over is shared again."""
    left, waiting = float(limit), sorted(demands)
    for number, demand in enumerate(waiting):
        equal_part = left / (len(waiting) - number)
        if demand > equal_part:
            return equal_part
        left -= demand
    return inf
