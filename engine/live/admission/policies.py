"""Asked of every call before it begins, whichever way it begins: may this one be made, by the policies in force?

No other place lets a call begin: engine/live/calls/registry.py asks it of calls that go out and of those that come in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

import structlog

from engine.errors import PolicyRefused
from engine.live.admission.allowance import Allowance
from engine.live.admission.live_counts import LiveCounts
from engine.live.admission.spending import Spending, UsedRows
from engine.live.admission.trunk_targets import TrunkTargets
from engine.metrics.meters import Meters
from engine.metrics.table import Metric
from engine.model.call import Call, Direction
from engine.model.call_policy import (
    Destination,
    Destinations,
    Facts,
    PlacedPolicy,
    PolicyPlace,
    PolicyRefusal,
    decide,
    destination_of,
)
from engine.model.call_policy.decision import limit_refusal
from engine.model.call_policy.policy import NewDestination, in_force
from engine.model.call_policy.rules import Refuse
from engine.model.call_policy.used import Used
from engine.ports import Clock, DialRequest
from engine.store.connections import Job

Price = Callable[[str, int], Decimal]
"""What a call to a number of so many answered seconds costs, in EUR."""
_ADDRESS: Final = "a SIP address"

log = structlog.get_logger(__name__)


class PolicyRows(Protocol):
    """Where policies are kept."""

    async def of(self, places: tuple[PolicyPlace, ...]) -> tuple[PlacedPolicy, ...]:
        """The policies that these levels have. Raises StoreError."""
        ...


class GoingOnRows(Protocol):
    """How many calls go on and have just begun, on all nodes."""

    async def used(self, direction: Direction, policies: Sequence[PlacedPolicy]) -> Mapping[PolicyPlace, Used]:
        """What calls of one direction use now of what these policies limit. Raises StoreError."""
        ...

    def counting(
        self, call_id: str, direction: Direction, policies: Sequence[PlacedPolicy], refuse: Refuse
    ) -> Job[None] | None:
        """The job that counts a call whose row its transaction has written; it raises PolicyRefused for one too many.

        None where no policy limits how many.
        """
        ...


@dataclass(frozen=True, slots=True)
class AllowedCall:
    """A call that may begin: how long it may last, where it may be sent on to, and the alarm that it gives.

    `counting` is done where it is stored, and has the last word where policies limit how many there may be.
    """

    allowance: Allowance
    destinations: Destinations
    alarm: PolicyRefusal | None = None
    counting: Job[None] | None = None


class CallPolicies:
    """Decides by the policies of the operator, the account, its number and the API key, over all nodes.

    Calls to emergency numbers that a trunk is marked for pass all of them. Belongs to asyncio's thread.
    """

    def __init__(
        self,
        rows: PolicyRows,
        used: UsedRows,
        going_on: GoingOnRows,
        targets: TrunkTargets,
        clock: Clock,
        meters: Meters,
        price: Price,
        node: str,
    ) -> None:
        self._rows = rows
        self._targets = targets
        self._clock = clock
        self._meters = meters
        self._counts = LiveCounts(clock.monotonic)
        self._spending = Spending(used, self._counts, clock, price, node)
        self._used = used
        self._going_on = going_on

    async def admit(self, call: Call, request: DialRequest, longest_s: int) -> AllowedCall:
        """Let a call go out that may last so long at most, until `ended`. Raises PolicyRefused, StoreError."""
        places = self._counts.places(call)
        if request.emergency:
            self._counts.begin(call, places)
            return AllowedCall(self._allowance(call, (), longest_s), Destinations())
        policies = in_force(await self._rows.of(places))
        to = await self._destination(request.target)
        is_new = await self._is_new(call, to, policies)
        spent = {each.place: await self._spending.used(each) for each in policies}
        going_on = await self._going_on.used(Direction.OUTBOUND, policies)
        elsewhere = {each.place: await self._spending.elsewhere(each) for each in policies}
        used = {place: self._spending.with_calls(place, each, elsewhere[place]) for place, each in spent.items()}
        used |= {
            place: replace(used[place], at_once=now.at_once, began_last_second=now.began_last_second)
            for place, now in going_on.items()
        }
        verdict = decide(Facts(to, self._clock.now(), used, is_new), policies)
        refuse = partial(_refused, number=to.number if to else _ADDRESS)
        if verdict.refusal is not None:
            raise self._noted(refuse(verdict.refusal), call)
        self._counts.begin(call, places)
        counting = self._going_on.counting(call.id, Direction.OUTBOUND, policies, refuse)
        return AllowedCall(self._allowance(call, policies, longest_s), Destinations(policies), verdict.alarm, counting)

    async def admit_inbound(self, call: Call, longest_s: int) -> AllowedCall:
        """Let a call come in that may last so long at most, until `ended`. Raises PolicyRefused, StoreError."""
        places = self._counts.places(call)
        policies = in_force(await self._rows.of(places))
        used, refuse = await self._going_on.used(Direction.INBOUND, policies), partial(_refused, number=call.to)
        if (refusal := limit_refusal(Direction.INBOUND, used, policies)) is not None:
            raise self._noted(refuse(refusal), call)
        self._counts.begin(call, places)
        counting = self._going_on.counting(call.id, Direction.INBOUND, policies, refuse)
        return AllowedCall(self._allowance(call, policies, longest_s), Destinations(policies), counting=counting)

    async def require_destination(self, call: Call, target: str) -> None:
        """Whether a live call may be sent to a number or SIP address. Raises PolicyRefused, StoreError."""
        to = await self._destination(target)
        if to is None:
            return
        policies = in_force(await self._rows.of(self._counts.places(call)))
        if (refusal := Destinations(policies).refusal_of(to.number)) is not None:
            raise self._noted(_refused(refusal, to.number), call, Direction.OUTBOUND)

    def not_begun(self, call: Call, error: BaseException) -> None:
        """A call that was let begin did not after all, as where another node's has taken the last place meanwhile."""
        self.ended(call.id)
        if isinstance(error, PolicyRefused):
            self._noted(error, call)

    def ended(self, call_id: str) -> None:
        """A call is over. Safe to repeat."""
        self._counts.end(call_id)

    async def _destination(self, target: str) -> Destination | None:
        number = await self._targets.number(target)
        return None if number is None else destination_of(number)

    async def _is_new(self, call: Call, to: Destination | None, policies: tuple[PlacedPolicy, ...]) -> bool:
        asked = any(each.policy.new_destination not in (None, NewDestination.IGNORE) for each in policies)
        if not asked or to is None or not to.number.startswith("+"):
            return False
        return not await self._used.has_reached(call.account_id, to.number)

    def _allowance(self, call: Call, policies: tuple[PlacedPolicy, ...], longest_s: int) -> Allowance:
        return Allowance(call, policies, self._counts, self._spending, self._clock, longest_s)

    def _noted(self, refused: PolicyRefused, call: Call, direction: Direction | None = None) -> PolicyRefused:
        """The same error, counted and told in the log; `direction` is that of the refused call if `call` is another."""
        way = (direction or call.direction).value
        self._meters.count(Metric.CALLS_REFUSED_BY_POLICY, direction=way, rule=refused.rule)
        log.warning(
            "call_refused_by_policy", rule=refused.rule, level=refused.level, number=refused.number, why=str(refused)
        )
        return refused


def _refused(refusal: PolicyRefusal, number: str) -> PolicyRefused:
    return PolicyRefused(
        refusal.why, rule=refusal.rule.value, level=refusal.level.value, number=number, uri=refusal.rule.uri,
        again_after_s=refusal.again_after_s,
    )  # fmt: skip
