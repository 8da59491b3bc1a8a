"""How long a call may last: by the node's setting, and by what policies have left of minutes and euros."""

from dataclasses import dataclass
from typing import Final

import structlog

from engine.errors import StoreError
from engine.live.admission.live_counts import LiveCounts
from engine.live.admission.spending import METERED, Spending
from engine.model.call import Call, Direction
from engine.model.call_policy import PlacedPolicy, PolicyRefusal, PolicyRule
from engine.model.call_policy.decision import used_up
from engine.model.call_policy.used import Spent, Used
from engine.ports import Clock

_LOOK_AGAIN_S: Final = 15.0
"""Other calls use up the same minutes, also those of other nodes."""
_SHORTEST_S: Final = 0.25

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The time of one call. Others of the same level use it too, so it is looked at again whenever it may be up."""

    call: Call
    policies: tuple[PlacedPolicy, ...]
    counts: LiveCounts
    spending: Spending
    clock: Clock
    longest_s: int

    async def run_out(self) -> PolicyRefusal | None:
        """Begin when it is answered; returns when it must end, by which rule of a policy, or None for the setting."""
        self.counts.answered(self.call.id)
        began_s = self.clock.monotonic()
        while True:
            lasted_s = self.clock.monotonic() - began_s
            if (ended_by := self._too_long(lasted_s)) is not None or lasted_s >= self.longest_s:
                return ended_by
            left_s = min(self.longest_s, *self._longest()) - lasted_s
            if self._is_metered:
                try:
                    refusal, quota_s = await self._left()
                except StoreError as error:
                    log.warning("allowance_not_known", call_id=self.call.id, reason=str(error))
                    refusal, quota_s = None, _LOOK_AGAIN_S
                if refusal is not None:
                    return refusal
                left_s = min(left_s, quota_s)
            await self.clock.sleep(left_s)

    def _longest(self) -> list[int]:
        return [each.policy.longest_call_s for each in self.policies if each.policy.longest_call_s is not None] or [
            self.longest_s
        ]

    def _too_long(self, lasted_s: float) -> PolicyRefusal | None:
        for each in self.policies:
            most_s = each.policy.longest_call_s
            if most_s is not None and lasted_s >= most_s and most_s <= self.longest_s:
                why = f"A call may last for {most_s} seconds at most."
                return PolicyRefusal(PolicyRule.LONGEST_CALL, each.place.level, why)
        return None

    @property
    def _is_metered(self) -> bool:
        if self.call.direction is not Direction.OUTBOUND:
            return False
        return any(each.policy.said & METERED for each in self.policies)

    async def _left(self) -> tuple[PolicyRefusal | None, float]:
        """The rule of which nothing is left, and else for how many seconds there is some for all calls that go on."""
        least_s = _LOOK_AGAIN_S
        for each in self.policies:
            elsewhere = await self.spending.elsewhere(each)
            used = self.spending.with_calls(each.place, await self.spending.used(each), elsewhere)
            refusal = next(used_up(each, used.day, used.month, self.clock.now()), None)
            if refusal is not None:
                return refusal, 0.0
            least_s = min(least_s, _seconds_left(each, used, self.spending.per_second(each.place, elsewhere)))
        return None, max(least_s, _SHORTEST_S)


def _seconds_left(placed: PlacedPolicy, used: Used, each_second: Spent) -> float:
    policy = placed.policy
    limits = (
        (policy.minutes_a_day, used.day.seconds / 60, each_second.seconds / 60),
        (policy.minutes_a_month, used.month.seconds / 60, each_second.seconds / 60),
        (policy.euros_a_day, float(used.day.euros), float(each_second.euros)),
        (policy.euros_a_month, float(used.month.euros), float(each_second.euros)),
    )
    left = [(float(most) - spent) / rate for most, spent, rate in limits if most is not None and rate > 0]
    return min(left, default=_LOOK_AGAIN_S)
