"""Asked of every call before it begins, whichever way it begins: may this one be made, by the policies in force?

No other place lets a call begin: engine/live/calls/registry.py asks it of calls that go out and of those that come in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
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
from engine.model.call_policy.decision import inbound_refusal
from engine.model.call_policy.policy import NewDestination, in_force
from engine.ports import Clock, DialRequest

Price = Callable[[str, int], Decimal]
"""What a call to a number of so many answered seconds costs, in EUR."""
_ADDRESS: Final = "a SIP address"

log = structlog.get_logger(__name__)


class PolicyRows(Protocol):
    """Where policies are kept."""

    async def of(self, places: tuple[PolicyPlace, ...]) -> tuple[PlacedPolicy, ...]:
        """The policies that these levels have. Raises StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class AllowedCall:
    """A call that may begin: how long it may last, where it may be sent on to, and the alarm that it gives."""

    allowance: Allowance
    destinations: Destinations
    alarm: PolicyRefusal | None = None


class CallPolicies:
    """Decides by the policies of the node, the account, its number and the API key; counts calls until they end.

    Calls to emergency numbers that a trunk is marked for pass all of them. Belongs to asyncio's thread.
    """

    def __init__(
        self,
        rows: PolicyRows,
        used: UsedRows,
        targets: TrunkTargets,
        clock: Clock,
        meters: Meters,
        price: Price,
    ) -> None:
        self._rows = rows
        self._targets = targets
        self._clock = clock
        self._meters = meters
        self._counts = LiveCounts(clock.monotonic)
        self._spending = Spending(used, self._counts, clock, price)
        self._used = used

    async def admit(self, call: Call, request: DialRequest, longest_s: int) -> AllowedCall:
        """Count a call that goes out, and may last so long at most, until `ended`. Raises PolicyRefused, StoreError."""
        places = self._counts.places(call)
        if request.emergency:
            self._counts.begin(call, places)
            return AllowedCall(self._allowance(call, (), longest_s), Destinations())
        policies = in_force(await self._rows.of(places))
        to = await self._destination(request.target)
        is_new = await self._is_new(call, to, policies)
        counted = {each.place: await self._spending.used(each) for each in policies}
        # Nothing is waited for from here on, so that no two calls take the last place.
        used = {place: self._spending.with_calls(place, each) for place, each in counted.items()}
        verdict = decide(Facts(to, self._clock.now(), used, is_new), policies)
        if verdict.refusal is not None:
            raise self._refused(verdict.refusal, Direction.OUTBOUND, to.number if to else _ADDRESS)
        self._counts.begin(call, places)
        return AllowedCall(self._allowance(call, policies, longest_s), Destinations(policies), verdict.alarm)

    async def admit_inbound(self, call: Call, longest_s: int) -> AllowedCall:
        """Count a call that comes in, and may last so long at most, until `ended`. Raises PolicyRefused, StoreError."""
        places = self._counts.places(call)
        policies = in_force(await self._rows.of(places))
        at_once = {place: self._counts.at_once(place, Direction.INBOUND) for place in places}
        if (refusal := inbound_refusal(at_once, policies)) is not None:
            raise self._refused(refusal, Direction.INBOUND, call.to)
        self._counts.begin(call, places)
        return AllowedCall(self._allowance(call, policies, longest_s), Destinations(policies))

    async def require_destination(self, call: Call, target: str) -> None:
        """Whether a live call may be sent to a number or SIP address. Raises PolicyRefused, StoreError."""
        to = await self._destination(target)
        if to is None:
            return
        policies = in_force(await self._rows.of(self._counts.places(call)))
        if (refusal := Destinations(policies).refusal_of(to.number)) is not None:
            raise self._refused(refusal, Direction.OUTBOUND, to.number)

    def ended(self, call_id: str) -> None:
        """A call is over, or did not begin after all. Safe to repeat."""
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

    def _refused(self, refusal: PolicyRefusal, direction: Direction, number: str) -> PolicyRefused:
        self._meters.count(Metric.CALLS_REFUSED_BY_POLICY, direction=direction.value, rule=refusal.rule.value)
        log.warning(
            "call_refused_by_policy", rule=refusal.rule.value, level=refusal.level.value, number=number, why=refusal.why
        )
        return PolicyRefused(
            refusal.why, rule=refusal.rule.value, level=refusal.level.value, number=number, uri=refusal.rule.uri,
            again_after_s=refusal.again_after_s,
        )  # fmt: skip
