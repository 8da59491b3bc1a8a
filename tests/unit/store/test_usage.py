"""Usage: what adding the rows up by hand gives, by day, month and year."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.ids import IdKind, new_id
from engine.model.accounts import Account
from engine.model.call import Direction, Status
from engine.model.recording import Recording, RecordingStatus
from engine.model.usage import CATEGORIES, Bucket, Usage
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.recordings import Recordings
from engine.store.usage import UsageStore
from tests.unit.store.samples import a_call

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
TODAY = NOON.date()
BY_NAME = {each.name: each for each in CATEGORIES}


@pytest.fixture
def usage(db: Database) -> UsageStore:
    return UsageStore(db)


async def ended(calls: Calls, account: Account, at: datetime, seconds: float, price: str, **facts: Any) -> None:
    end = at + timedelta(seconds=seconds)
    await calls.add(
        a_call(
            account.id,
            status=Status.COMPLETED,
            start_time=at,
            answer_time=at,
            end_time=end,
            price=Decimal(price),
            **facts,
        )
    )


async def test_calls_are_added_up_by_direction_and_far_end_and_prices_are_exact(
    usage: UsageStore, calls: Calls, account: Account, stranger: Account
) -> None:
    out, into = {"direction": Direction.OUTBOUND}, {"direction": Direction.INBOUND}
    await ended(calls, account, NOON, 60, "0.0001", **out)
    await ended(calls, account, NOON, 60.01, "0.0002", **out, to="sip:desk@pbx.example")
    await ended(calls, account, NOON, 61, "0.1000", **out, to="client:ann")
    await ended(calls, account, NOON, 0.4, "0.0003", **into)
    await ended(calls, stranger, NOON, 60, "9.0000", **out)
    await calls.add(a_call(account.id, status=Status.BUSY, start_time=NOON, end_time=NOON, price=Decimal(0), **out))

    found = (await usage.of(account.id, TODAY, TODAY))[""]

    assert found[BY_NAME["calls"]] == Usage(4, Decimal(6), Decimal("0.1006"))
    assert found[BY_NAME["calls-outbound"]] == Usage(3, Decimal(5), Decimal("0.1003"))
    assert found[BY_NAME["calls-inbound"]] == Usage(1, Decimal(1), Decimal("0.0003"))
    assert found[BY_NAME["calls-sip-outbound"]] == Usage(1, Decimal(2), Decimal("0.0002"))
    assert found[BY_NAME["calls-client"]] == Usage(1, Decimal(2), Decimal("0.1"))
    assert found[BY_NAME["totalprice"]] == Usage(0, Decimal("0.1006"), Decimal("0.1006"))


@pytest.mark.parametrize("seconds", [60, 120, 600, 3600, 59.9999])
async def test_whole_minutes_are_not_rounded_up(
    usage: UsageStore, calls: Calls, account: Account, seconds: float
) -> None:
    for minute in range(0, 60, 7):
        await ended(calls, account, NOON + timedelta(minutes=minute, milliseconds=minute), seconds, "0")

    (used,) = {each.amount / each.count for each in [(await usage.of(account.id, TODAY, TODAY))[""][BY_NAME["calls"]]]}

    assert used == round(seconds / 60)


async def test_usage_is_told_by_day_month_and_year_within_the_days_asked_for(
    usage: UsageStore, calls: Calls, account: Account
) -> None:
    for day in (date(2025, 12, 31), date(2026, 11, 1), date(2026, 11, 30)):
        await ended(calls, account, datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, UTC), 1, "0.01")

    async def counted(since: date, bucket: Bucket) -> dict[str, int]:
        found = await usage.of(account.id, since, TODAY, bucket)
        return {key: categories[BY_NAME["calls"]].count for key, categories in found.items()}

    first = date(2025, 12, 31)
    assert await counted(first, Bucket.DAY) == {"2025-12-31": 1, "2026-11-01": 1, "2026-11-30": 1}
    assert await counted(first, Bucket.MONTH) == {"2025-12": 1, "2026-11": 2}
    assert await counted(first, Bucket.YEAR) == {"2025": 1, "2026": 2}
    assert await counted(first, Bucket.ALL) == {"": 3}
    assert await counted(date(2026, 11, 2), Bucket.ALL) == {"": 1}


async def test_recordings_are_counted_with_their_minutes(
    usage: UsageStore, recordings: Recordings, calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)
    for call_id in (call.id, None):
        await recordings.add(
            Recording(
                new_id(IdKind.RECORDING),
                account.id,
                "record",
                RecordingStatus.COMPLETED,
                "a.wav",
                1,
                8000,
                NOON,
                "node-1",
                call_id=call_id,
                seconds=90.0,
                ended_at=NOON + timedelta(seconds=90),
            )
        )

    found = (await usage.of(account.id, TODAY, TODAY))[""]

    assert found[BY_NAME["recordings"]] == Usage(2, Decimal(4), Decimal(0))
    assert found[BY_NAME["calls-recordings"]] == Usage(1, Decimal(2), Decimal(0))
