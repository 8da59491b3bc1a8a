"""What accounts have used, added up from the rows of their calls and recordings."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Float, Select, case, cast, func, literal, select

from engine.model.call import Direction
from engine.model.usage import CATEGORIES, Bucket, Category, PartyKind, Usage, UsedOnDay
from engine.store.database import Database
from engine.store.moment_functions import MinutesBegun, UtcDayText
from engine.store.tables.calls import calls
from engine.store.tables.recordings import recordings

_UNITS: Final = 10_000
"""Prices have four decimals: they are added up as whole numbers."""


_TO: Final = case(
    (calls.c.to.like("client:%"), PartyKind.CLIENT.value),
    (calls.c.to.like("sip:%") | calls.c.to.like("sips:%"), PartyKind.SIP.value),
    else_=PartyKind.NUMBER.value,
)
_OF_CALL: Final = recordings.c.call_id.is_not(None)


class UsageStore:
    """Usage of accounts, in whole days (UTC). Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(
        self, account_id: str, since: date, until: date, bucket: Bucket = Bucket.ALL
    ) -> Mapping[str, Mapping[Category, Usage]]:
        """What was used from a day to another, both included, by the buckets in which there was something."""
        first, behind = _midnight(since), _midnight(until + timedelta(days=1))
        of_calls = _calls().where(
            calls.c.account_id == account_id, calls.c.start_time >= first, calls.c.start_time < behind
        )
        of_recordings = _recordings().where(
            recordings.c.account_id == account_id, recordings.c.started_at >= first, recordings.c.started_at < behind
        )

        def job(connection: Connection) -> list[UsedOnDay]:
            called = [_used_by_call(row) for row in connection.execute(of_calls).mappings()]
            return [*called, *(_used_by_recording(row) for row in connection.execute(of_recordings).mappings())]

        return _added_up(await self._db.read(job), bucket)


def _calls() -> Select[*tuple[Any, ...]]:
    day = UtcDayText(calls.c.start_time)
    units = cast(func.round(cast(calls.c.price, Float) * _UNITS), BigInteger)
    minutes = MinutesBegun(calls.c.end_time, calls.c.answer_time)
    columns = (day.label("day"), calls.c.direction, _TO.label("kind"))
    return (
        select(
            *columns,
            func.count().label("count"),
            func.sum(minutes).label("minutes"),
            func.coalesce(func.sum(units), 0).label("units"),
        )
        .where(calls.c.answer_time.is_not(None), calls.c.end_time.is_not(None))
        .group_by(day, calls.c.direction, _TO)
    )


def _recordings() -> Select[*tuple[Any, ...]]:
    day = UtcDayText(recordings.c.started_at)
    minutes = MinutesBegun(recordings.c.ended_at, recordings.c.started_at)
    return (
        select(
            day.label("day"),
            _OF_CALL.label("of_call"),
            func.count().label("count"),
            func.sum(minutes).label("minutes"),
            literal(0).label("units"),
        )
        .where(recordings.c.ended_at.is_not(None))
        .group_by(day, _OF_CALL)
    )


def _used_by_call(row: Mapping[Any, Any]) -> UsedOnDay:
    return UsedOnDay(row["day"], _usage(row), Direction(row["direction"]), PartyKind(row["kind"]))


def _used_by_recording(row: Mapping[Any, Any]) -> UsedOnDay:
    return UsedOnDay(row["day"], _usage(row), of_call=bool(row["of_call"]))


def _usage(row: Mapping[Any, Any]) -> Usage:
    return Usage(int(row["count"]), Decimal(int(row["minutes"])), Decimal(int(row["units"])) / _UNITS)


def _added_up(used: list[UsedOnDay], bucket: Bucket) -> Mapping[str, Mapping[Category, Usage]]:
    added: defaultdict[str, defaultdict[Category, Usage]] = defaultdict(lambda: defaultdict(Usage))
    for each in used:
        within = added[each.day[: bucket.value]]
        for category in CATEGORIES:
            usage = category.usage_in(each)
            if usage is not None:
                within[category] += usage
    return added


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
