"""What has been used of minutes and euros: what the rows of ended calls say, and the calls that go on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Final, Protocol

from engine.live.admission.live_counts import LiveCounts
from engine.model.call_policy import PlacedPolicy, PolicyPlace
from engine.model.call_policy.decision import day_of, month_of
from engine.model.call_policy.policy import DEFAULT_SHORT_CALL_S
from engine.model.call_policy.used import Spent, Used
from engine.ports import Clock

METERED: Final = frozenset({"minutes_a_day", "minutes_a_month", "euros_a_day", "euros_a_month"})
"""The fields of a policy that calls use up as they go on."""
_LATELY: Final = timedelta(hours=1)

Elsewhere = Sequence[tuple[str, float]]
"""Answered calls of other nodes: whom they go to, and for how many seconds they have gone on."""


class UsedRows(Protocol):
    """What the rows of calls say. All raise StoreError."""

    async def spent(self, place: PolicyPlace, since: datetime) -> Spent:
        """Ended calls that have gone out in somebody's name, and began no earlier."""
        ...

    async def elsewhere(self, place: PolicyPlace, node: str) -> "Elsewhere":
        """Answered calls that go out in somebody's name on other nodes now: whom to, and for how many seconds."""
        ...

    async def lengths(self, place: PolicyPlace, since: datetime, short_s: int) -> tuple[int, int]:
        """How many of these were answered, and how many of them lasted for less than `short_s`."""
        ...

    async def has_reached(self, account_id: str, e164: str) -> bool:
        """Whether a call of the account was answered in the country of a number."""
        ...


class Spending:
    """Asks the rows only for what a policy limits, for a `node`."""

    def __init__(
        self, rows: UsedRows, counts: LiveCounts, clock: Clock, price: Callable[[str, int], Decimal], node: str
    ) -> None:
        self._rows = rows
        self._node = node
        self._counts = counts
        self._clock = clock
        self._price = price

    async def used(self, placed: PlacedPolicy) -> Used:
        """What rows say of a level, without the calls that go on here. Raises StoreError."""
        policy, place, now = placed.policy, placed.place, self._clock.now()
        used = Used()
        if policy.minutes_a_day is not None or policy.euros_a_day is not None:
            used = replace(used, day=await self._rows.spent(place, day_of(now)))
        if policy.minutes_a_month is not None or policy.euros_a_month is not None:
            used = replace(used, month=await self._rows.spent(place, month_of(now)))
        if policy.short_calls_percent is not None:
            short_s = policy.short_call_s or DEFAULT_SHORT_CALL_S
            answered, short = await self._rows.lengths(place, now - _LATELY, short_s)
            used = replace(used, answered=answered, short=short)
        return used

    async def elsewhere(self, placed: PlacedPolicy) -> Elsewhere:
        """The calls that go on on other nodes, where a policy limits minutes or euros. Raises StoreError."""
        if not placed.policy.said & METERED:
            return ()
        return await self._rows.elsewhere(placed.place, self._node)

    def with_calls(self, place: PolicyPlace, used: Used, elsewhere: Elsewhere) -> Used:
        """The same with the calls that go on now, here and elsewhere; waits for nothing."""
        live = self._live(place, elsewhere)
        return replace(used, day=used.day + live, month=used.month + live)

    def per_second(self, place: PolicyPlace, elsewhere: Elsewhere) -> Spent:
        """What the answered calls of somebody use in a second: as many seconds as there are calls, and euros."""
        here = [each.call.to for each in self._counts.outbound(place) if self._counts.is_answered(each)]
        called = [*here, *(to for to, _ in elsewhere)]
        hour_s = 3600
        euros = sum((self._price(to, hour_s) for to in called), Decimal(0)) / hour_s
        return Spent(float(len(called)), euros)

    def _live(self, place: PolicyPlace, elsewhere: Elsewhere) -> Spent:
        total = Spent()
        for each in self._counts.outbound(place):
            seconds = self._counts.seconds(each)
            total += Spent(seconds, self._price(each.call.to, ceil(seconds)))
        for to, seconds in elsewhere:
            total += Spent(seconds, self._price(to, ceil(seconds)))
        return total
