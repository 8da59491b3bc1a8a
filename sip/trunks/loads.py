"""What trunks carry in one direction, against their limits."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from engine.model.call import Direction
from engine.model.trunk import Trunk
from engine.routing.capacity import CapacityLimit, CapacityRefusal, TrunkLoad, no_load
from engine.routing.trunk_shares import LimitInUse, NodeUse, SharedLimit, ShareOf

_WANTED_S: Final = 30.0
"""Longer than the Retry-After that was told, so that there is a share when the call comes again."""
_SHARED: Final = {CapacityLimit.CALLS: SharedLimit.CALLS, CapacityLimit.SET_UPS: SharedLimit.SET_UPS}


class TrunkLoads:
    """Counts the calls of each trunk in one direction, and tells where no more may begin. Belongs to one thread.

    Accounts are told apart where calls go out; whose a call is that comes in is known only later.
    """

    def __init__(self, direction: Direction, now_s: Callable[[], float] = time.monotonic) -> None:
        self._direction = direction
        self._now_s = now_s
        self._loads: dict[str, TrunkLoad] = {}
        self._limits: dict[tuple[str, SharedLimit], int] = {}
        """What all nodes together may use."""
        self._shares: Mapping[ShareOf, int] | None = None
        """What this node may use of it; None where it has all to itself."""
        self._wanted_until: dict[tuple[str, SharedLimit], float] = {}
        """Where a call was refused of late."""

    def use(self, trunks: Sequence[Trunk]) -> None:
        """Keep to the limits of these from now on. Calls in progress count on, also by trunks that are gone."""
        known = {trunk.name for trunk in trunks}
        self._loads = {name: load for name, load in self._loads.items() if name in known or load.calls_now}
        self._limits = {}
        for trunk in trunks:
            most = dict(zip(SharedLimit, _limits(trunk, self._direction), strict=True))
            self._limits |= {(trunk.name, limit): calls for limit, calls in most.items() if calls}
        self._keep_to_limits(known)

    def share(self, shares: Mapping[ShareOf, int]) -> None:
        """Keep to these shares of the limits from now on. Of a limit that is not among them, nothing may be used."""
        self._shares = shares
        self._keep_to_limits({name for name, _ in self._limits})

    def in_use(self) -> Mapping[ShareOf, LimitInUse]:
        """What is used of each limit, and whether anybody was refused for want of it of late."""
        told, now_s = {}, self._now_s()
        for (name, limit), most in self._limits.items():
            load, of = self._load(name), ShareOf(name, self._direction, limit)
            used = load.calls_now if limit is SharedLimit.CALLS else load.set_ups_now(now_s)
            wants = self._wanted_until.get((name, limit), now_s) > now_s
            told[of] = LimitInUse(most, self._share(name, limit) or 0, NodeUse(used, wants))
        return told

    def refusal(self, trunk: str, account: str = "") -> CapacityRefusal | None:
        """Why a trunk carries no further call of an account now, which has a claim then; None if it does."""
        load, now_s = self._load(trunk), self._now_s()
        refusal = load.refusal(account, now_s)
        if refusal is not None:
            self._loads[trunk] = load.refused(account, refusal, now_s)
            self._wanted_until[trunk, _SHARED[refusal.limit]] = now_s + _WANTED_S
        return refusal

    def begin(self, trunk: str, account: str = "") -> None:
        """Count a call that begins, whether or not there was room for it."""
        self._loads[trunk] = self._load(trunk).begun(account, self._now_s())

    def end(self, trunk: str, account: str = "") -> None:
        """Note that a call which was counted is over."""
        self._loads[trunk] = self._load(trunk).ended(account)

    def calls_now(self) -> Mapping[str, int]:
        """How many calls each trunk carries; those without any are left out."""
        return {name: load.calls_now for name, load in self._loads.items() if load.calls_now}

    def full(self) -> frozenset[str]:
        """The trunks that carry as many calls at once as they may."""
        return frozenset(name for name, load in self._loads.items() if load.is_full)

    def _keep_to_limits(self, trunks: Collection[str]) -> None:
        for name in trunks:
            calls, set_ups = (self._share(name, limit) for limit in (SharedLimit.CALLS, SharedLimit.SET_UPS))
            self._loads[name] = self._load(name).within(calls, set_ups)

    def _share(self, trunk: str, limit: SharedLimit) -> int | None:
        """How much this node may use; None for no limit."""
        most = self._limits.get((trunk, limit))
        if most is None or self._shares is None:
            return most
        return min(most, self._shares.get(ShareOf(trunk, self._direction, limit), 0))

    def _load(self, trunk: str) -> TrunkLoad:
        return self._loads.get(trunk) or no_load()


def _limits(trunk: Trunk, direction: Direction) -> tuple[int, int]:
    if direction is Direction.OUTBOUND:
        return trunk.max_calls_out, trunk.max_cps_out
    return trunk.max_calls_in, trunk.max_cps_in
