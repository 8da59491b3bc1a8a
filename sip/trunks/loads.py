"""What trunks carry in one direction, against their limits."""

import time
from collections.abc import Callable, Mapping, Sequence

from engine.model.call import Direction
from engine.model.trunk import Trunk
from engine.routing.capacity import CapacityRefusal, TrunkLoad, no_load


class TrunkLoads:
    """Counts the calls of each trunk in one direction, and tells where no more may begin. Belongs to one thread.

    Accounts are told apart where calls go out; whose a call is that comes in is known only later.
    """

    def __init__(self, direction: Direction, now_s: Callable[[], float] = time.monotonic) -> None:
        self._direction = direction
        self._now_s = now_s
        self._loads: dict[str, TrunkLoad] = {}

    def use(self, trunks: Sequence[Trunk]) -> None:
        """Keep to the limits of these from now on. Calls in progress count on, also by trunks that are gone."""
        known = {trunk.name for trunk in trunks}
        self._loads = {name: load for name, load in self._loads.items() if name in known or load.calls_now}
        for trunk in trunks:
            calls, per_s = _limits(trunk, self._direction)
            self._loads[trunk.name] = self._load(trunk.name).within(calls or None, per_s or None)

    def refusal(self, trunk: str, account: str = "") -> CapacityRefusal | None:
        """Why a trunk carries no further call of an account now, which has a claim then; None if it does."""
        load, now_s = self._load(trunk), self._now_s()
        refusal = load.refusal(account, now_s)
        if refusal is not None:
            self._loads[trunk] = load.refused(account, refusal, now_s)
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

    def _load(self, trunk: str) -> TrunkLoad:
        return self._loads.get(trunk) or no_load()


def _limits(trunk: Trunk, direction: Direction) -> tuple[int, int]:
    if direction is Direction.OUTBOUND:
        return trunk.max_calls_out, trunk.max_cps_out
    return trunk.max_calls_in, trunk.max_cps_in
