"""Prepaid balances as rows: whatever happens at once, available + reserved + spent is what was paid in."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from decimal import Decimal
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import BalanceTooLow, StoreError, TopUpDiffers
from engine.model.accounts import Account
from engine.model.balance import BalanceEntryKind, Draw
from engine.model.call import Direction
from engine.model.rating import Rate
from engine.store.accounts import Accounts
from engine.store.balances import Balances
from engine.store.database import Database
from tests.unit.store.samples import NOON

BY_THE_SECOND = Rate(Direction.OUTBOUND, "", "", Decimal("0.60"), 1, 1)
"""A hundred units a second, 6000 for the minute that is drawn at once."""
NODE = "node-1"
NODES = 3


@pytest.fixture
def balances(db: Database) -> Balances:
    return Balances(db)


async def reserve(db: Database, balances: Balances, call: str, account: Account) -> Draw | None:
    return await db.write(balances.reserving(call, account.id, NODE, BY_THE_SECOND))


async def parts(balances: Balances, account: Account) -> tuple[int, int, int]:
    found = await balances.of(account.id)
    assert found is not None
    return found.available, found.reserved, found.spent


async def test_an_account_that_never_paid_calls_without_a_balance(
    db: Database, balances: Balances, account: Account
) -> None:
    assert await balances.of(account.id) is None
    assert await reserve(db, balances, "CA1", account) is None
    assert await balances.reserved_on(NODE) == []


async def test_a_top_up_is_available_once_however_often_it_is_asked_for(balances: Balances, account: Account) -> None:
    await balances.top_up(account.id, 250_000, "invoice-1", NOON)
    again = await balances.top_up(account.id, 250_000, "invoice-1", NOON)

    assert (again.available, again.paid_in, again.prepaid) == (250_000, 250_000, True)
    [entry], total = await balances.entries(account.id)
    assert (entry.kind, entry.units, entry.key, total) == (BalanceEntryKind.TOP_UP, 250_000, "invoice-1", 1)


async def test_the_same_key_for_another_amount_is_refused(balances: Balances, account: Account) -> None:
    await balances.top_up(account.id, 250_000, "invoice-1", NOON)

    with pytest.raises(TopUpDiffers, match="invoice-1"):
        await balances.top_up(account.id, 90_000, "invoice-1", NOON)

    assert await parts(balances, account) == (250_000, 0, 0)


async def test_no_more_can_be_taken_back_than_is_available(balances: Balances, account: Account) -> None:
    await balances.top_up(account.id, 1000, "in", NOON)

    with pytest.raises(BalanceTooLow):
        await balances.top_up(account.id, -1001, "out", NOON)
    await balances.top_up(account.id, -1000, "out", NOON)

    assert await parts(balances, account) == (0, 0, 0)
    assert (await balances.entries(account.id))[1] == 2


async def test_a_call_reserves_draws_and_is_settled(db: Database, balances: Balances, account: Account) -> None:
    await balances.top_up(account.id, 10_000, "in", NOON)

    assert await reserve(db, balances, "CA1", account) == Draw(6000, 60)
    assert await parts(balances, account) == (4000, 6000, 0)

    assert await balances.draw("CA1", account.id, BY_THE_SECOND, 60) == Draw(4000, 100)
    assert await balances.draw("CA1", account.id, BY_THE_SECOND, 100) is None
    assert await parts(balances, account) == (0, 10_000, 0)

    await balances.settle("CA1", account.id, 7300, NOON)
    await balances.settle("CA1", account.id, 7300, NOON)

    assert await parts(balances, account) == (2700, 0, 7300)
    [spent, _], _ = await balances.entries(account.id)
    assert (spent.kind, spent.units, spent.key, spent.short) == (BalanceEntryKind.CALL, -7300, "CA1", 0)


async def test_a_call_that_cannot_be_paid_reserves_nothing(db: Database, balances: Balances, account: Account) -> None:
    await balances.top_up(account.id, 99, "in", NOON)

    with pytest.raises(BalanceTooLow):
        await reserve(db, balances, "CA1", account)

    assert await parts(balances, account) == (99, 0, 0)


async def test_what_a_call_costs_beyond_all_there_is_is_told_and_taken_of_nobody(
    db: Database, balances: Balances, account: Account
) -> None:
    await balances.top_up(account.id, 6050, "in", NOON)
    await reserve(db, balances, "CA1", account)

    await balances.settle("CA1", account.id, 6100, NOON)

    assert await parts(balances, account) == (0, 0, 6050)
    [spent, _], _ = await balances.entries(account.id)
    assert (spent.units, spent.short) == (-6050, 50)


async def test_an_account_that_is_no_longer_prepaid_keeps_its_balance(
    db: Database, balances: Balances, account: Account
) -> None:
    await balances.top_up(account.id, 50, "in", NOON)

    await balances.set_prepaid(account.id, False)

    assert await reserve(db, balances, "CA1", account) is None
    assert await parts(balances, account) == (50, 0, 0)


async def test_of_calls_that_begin_at_once_as_many_are_let_in_as_can_pay(
    db: Database, balances: Balances, account: Account
) -> None:
    await balances.top_up(account.id, 3 * 6000, "in", NOON)

    begun = await asyncio.gather(
        *(reserve(db, balances, f"CA{number}", account) for number in range(10)), return_exceptions=True
    )

    assert sum(isinstance(each, Draw) for each in begun) == 3
    assert all(isinstance(each, Draw | BalanceTooLow) for each in begun)
    assert await parts(balances, account) == (0, 18_000, 0)


class _Broken(StoreError):
    """What a test lets fail within a transaction."""


async def one_call(
    db: Database, balances: Balances, account: Account, call: str, draws: int, seconds: int, breaks: bool
) -> None:
    """A call from its start to its settlement; one that `breaks` fails at first in each of its transactions."""
    reserving = balances.reserving(call, account.id, NODE, BY_THE_SECOND)

    def broken(connection: object) -> None:
        reserving(connection)  # type: ignore[arg-type]
        raise _Broken("The disk is full.")

    if breaks:
        with pytest.raises((_Broken, BalanceTooLow)):
            await db.write(broken)
    try:
        draw = await db.write(reserving)
    except BalanceTooLow:
        return
    assert draw is not None
    paid_s = draw.paid_s
    for _ in range(draws):
        await asyncio.sleep(0)
        more = await balances.draw(call, account.id, BY_THE_SECOND, paid_s)
        paid_s = more.paid_s if more else paid_s
    settling = balances.settling(call, account.id, min(seconds, paid_s) * 100, NOON)

    def breaks_off(connection: object) -> None:
        settling(connection)  # type: ignore[arg-type]
        raise _Broken("The disk is full.")

    if breaks:
        with pytest.raises(_Broken):
            await db.write(breaks_off)
    await asyncio.gather(db.write(settling), db.write(settling))


CALL = st.tuples(st.integers(0, 3), st.integers(0, 300), st.booleans())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top_ups=st.lists(st.integers(0, 20_000), min_size=1, max_size=4), lives=st.lists(CALL, max_size=6))
def test_whatever_calls_of_several_nodes_do_at_once_no_money_is_lost_and_none_is_made(
    url: str, top_ups: Sequence[int], lives: Sequence[tuple[int, int, bool]]
) -> None:
    async def all_at_once() -> None:
        async with AsyncExitStack() as opened:
            databases = [await Database.open(url) for _ in range(NODES)]
            for each in databases:
                opened.push_async_callback(each.close)
            await _afternoon(databases, top_ups, lives)

    asyncio.run(all_at_once())


_rounds = iter(range(10**6))


async def _afternoon(
    databases: Sequence[Database], top_ups: Sequence[int], lives: Sequence[tuple[int, int, bool]]
) -> None:
    """Each call is another node's than the one before, so that their transactions meet in the database alone."""
    account = await Accounts(databases[0], b"p" * 32).ensure(f"account {next(_rounds)}")
    balances = Balances(databases[0])
    nodes = list(zip(lives, cycle(databases), strict=False))
    await balances.set_prepaid(account.id, True)
    watched = asyncio.create_task(_watch(balances, account))
    await asyncio.gather(
        *(
            Balances(db).top_up(account.id, units, f"in {at}", NOON)
            for at, (units, db) in enumerate(zip(top_ups, cycle(reversed(databases)), strict=False))
        ),
        *(one_call(db, Balances(db), account, f"{account.id[2:30]}{at}", *life) for at, (life, db) in enumerate(nodes)),
    )
    assert not watched.done() or watched.result() is None  # what it has found is raised here
    watched.cancel()

    available, reserved, spent = await parts(balances, account)
    entries, _ = await balances.entries(account.id)
    assert reserved == 0
    assert available >= 0
    assert available + spent == sum(top_ups)
    assert spent == -sum(each.units for each in entries if each.kind is BalanceEntryKind.CALL)
    assert all(each.short == 0 for each in entries)


async def _watch(balances: Balances, account: Account) -> None:
    """At no moment anything is below zero, whichever transactions are under way."""
    while True:
        assert min(await parts(balances, account)) >= 0
        await asyncio.sleep(0)
