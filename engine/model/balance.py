"""The prepaid balance of an account, and what a call draws from it, by the increments of its tariff."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from engine.model.rating import Rate

_AMOUNT: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?")
UNITS_PER_EUR: Final = 10_000
"""A balance is counted in ten-thousandths of a euro, to which calls are rated; whole numbers lose nothing."""
MOST_UNITS: Final = 10**9 * UNITS_PER_EUR
DRAWN_AT_ONCE_S: Final = 60
"""A call draws for so many seconds at once where there is enough, so that it does not write each second."""


class BalanceEntryKind(StrEnum):
    """What has changed a balance for good."""

    TOP_UP = "top-up"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance, in units: available + reserved + spent is what was paid in.

    `reserved` is kept for calls that go on. An account that is not `prepaid` keeps its balance, but calls on account.
    """

    account_id: str
    prepaid: bool
    available: int
    reserved: int
    spent: int

    @property
    def paid_in(self) -> int:
        """All top-ups together."""
        return self.available + self.reserved + self.spent


@dataclass(frozen=True, slots=True)
class BalanceEntry:
    """One row of the account's ledger: a top-up (or a correction, below zero), or what a call has cost.

    `key` makes a top-up that is asked for again the same one. `short` is what a call has cost beyond all there was.
    """

    id: str
    account_id: str
    at: datetime
    kind: BalanceEntryKind
    units: int
    key: str
    note: str = ""
    short: int = 0


@dataclass(frozen=True, slots=True)
class Draw:
    """What a call takes from the balance, and the seconds from its answer that are paid for with it."""

    units: int
    paid_s: int


def units_of(amount: Decimal) -> int:
    """An amount in EUR as units. Raises ValueError for one that is finer, or beyond a thousand million euros."""
    units = amount * UNITS_PER_EUR
    if not units.is_finite() or units != units.to_integral_value() or abs(units) > MOST_UNITS:
        raise ValueError(f"{amount} is no amount in EUR; write one such as 25.00, with at most four decimals.")
    return int(units)


def read_amount(text: str) -> int:
    """An amount in EUR as somebody has written it, such as 25.00 or -3.5, as units. Raises ValueError."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text!r} is no amount in EUR; write one such as 25.00, with at most four decimals.")
    return units_of(Decimal(text))


def amount_of(units: int) -> Decimal:
    """Units as an amount in EUR, to four decimals."""
    return Decimal(units).scaleb(-4)


def cost(rate: Rate, seconds: int) -> int:
    """What a call of so many answered seconds costs, in units."""
    return units_of(rate.price(seconds))


def is_free(rate: Rate | None) -> bool:
    """Whether calls cost nothing, however long they last."""
    return rate is None or (rate.per_minute == 0 and rate.setup == 0)


def next_draw(rate: Rate, paid_s: int, available: int) -> Draw | None:
    """What a call draws now that has paid for `paid_s` seconds (0 at its start): whole increments of its tariff.

    That is enough for DRAWN_AT_ONCE_S more where so much is available, else as many increments as can be had; None
    where not even the next can.
    """
    next_s = _after(rate, paid_s)
    before = cost(rate, paid_s)
    if cost(rate, next_s) - before > available:
        return None
    most = max(rate.charged_s(paid_s + DRAWN_AT_ONCE_S) - next_s, 0) // rate.following_s
    fewest = 0
    while fewest < most:
        middle = (fewest + most + 1) // 2
        if cost(rate, next_s + middle * rate.following_s) - before <= available:
            fewest = middle
        else:
            most = middle - 1
    reached_s = next_s + fewest * rate.following_s
    return Draw(cost(rate, reached_s) - before, reached_s)


def _after(rate: Rate, paid_s: int) -> int:
    """The end of the next increment."""
    return rate.first_s if paid_s < rate.first_s else paid_s + rate.following_s
