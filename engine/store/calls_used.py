"""What calls that have gone out have used, as their rows say: time, money, and how many were short."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Numeric, Select, and_, case, cast, func, or_, select, true

from engine.model.call import NO_NODE, Direction, Status
from engine.model.call_policy import PolicyLevel, PolicyPlace
from engine.model.call_policy.used import Spent
from engine.store.database import Database
from engine.store.moment_functions import SecondsBetween
from engine.store.tables.accounts import accounts
from engine.store.tables.calls import calls
from engine.store.tables.spent import calls_spent

_CENTS: Final = Decimal("0.0001")
_parents = calls.alias("parents")
_SECONDS: Final = SecondsBetween(calls.c.end_time, calls.c.answer_time)


class CallsUsed:
    """What rows say to engine.live.admission.spending. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def spent(self, place: PolicyPlace, since: datetime) -> Spent:
        """Answered seconds and EUR of ended calls that have gone out in somebody's name, and began no earlier.

        `since` is a midnight (UTC). Of a number its calls are added up, of all else what was added up by the day.
        """
        query = _of_number(place.subject, since) if place.level is PolicyLevel.NUMBER else _by_day(place, since)
        row = await self._db.ask(lambda connection: connection.execute(query).mappings().first())
        if row is None or row["seconds"] is None:
            return Spent()
        return Spent(round(float(row["seconds"]), 2), Decimal(row["euros"] or 0).quantize(_CENTS))

    async def elsewhere(self, place: PolicyPlace, node: str) -> Sequence[tuple[str, float]]:
        """Answered calls that go out in somebody's name on other nodes now: whom to, and for how many seconds.

        None where a node has its database to itself.
        """
        if not self._db.is_shared:
            return ()
        lasted = SecondsBetween(func.clock_timestamp(), calls.c.answer_time).label("seconds")
        going_on = (calls.c.status == Status.IN_PROGRESS, calls.c.node.not_in([node, NO_NODE]))
        query = select(calls.c.to, lasted).where(
            _of(place), calls.c.direction == Direction.OUTBOUND, calls.c.answer_time.is_not(None), *going_on
        )
        return [(row["to"], max(float(row["seconds"]), 0.0)) for row in await self._db.rows(query)]

    async def lengths(self, place: PolicyPlace, since: datetime, short_s: int) -> tuple[int, int]:
        """How many of these were answered, and how many of them lasted for less than `short_s`."""
        short = func.sum(case((_SECONDS.op("<")(short_s), 1), else_=0))
        query = select(func.count().label("answered"), short.label("short"))
        ended = query.where(_of(place), *_ended(since))
        row = await self._db.ask(lambda connection: connection.execute(ended).mappings().first())
        return (int(row["answered"]), int(row["short"] or 0)) if row else (0, 0)

    async def has_reached(self, account_id: str, e164: str) -> bool:
        """Whether a call of the account was answered in the country of a number."""
        from engine.model.number_plans import parts

        query = (
            select(calls.c.id)
            .where(
                calls.c.account_id == account_id,
                calls.c.direction == Direction.OUTBOUND,
                calls.c.to.like(f"+{parts(e164)[0]}%"),
                calls.c.answer_time.is_not(None),
            )
            .limit(1)
        )
        return await self._db.row(query) is not None


def _by_day(place: PolicyPlace, since: datetime) -> Select[Any, Any]:
    whose = {PolicyLevel.ACCOUNT: calls_spent.c.account_id, PolicyLevel.KEY: calls_spent.c.key_id}.get(place.level)
    return select(
        (func.sum(calls_spent.c.milliseconds) / 1000.0).label("seconds"),
        (func.sum(calls_spent.c.units) / Decimal(10_000)).label("euros"),
    ).where(calls_spent.c.day >= since.date(), true() if whose is None else whose == place.subject)


def _of_number(number: str, since: datetime) -> Select[Any, Any]:
    query = select(func.sum(_SECONDS).label("seconds"), func.sum(cast(calls.c.price, Numeric)).label("euros"))
    return query.where(_of(PolicyPlace(PolicyLevel.NUMBER, number)), *_ended(since))


def _ended(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        _of_any_account(calls),
        calls.c.direction == Direction.OUTBOUND,
        calls.c.start_time >= since,
        calls.c.answer_time.is_not(None),
        calls.c.end_time.is_not(None),
    )


def _of_any_account(rows: FromClause) -> ColumnElement[bool]:
    """Every call, found by the indexes of calls, all of which begin with the account."""
    return rows.c.account_id.in_(select(accounts.c.id))


def _of(place: PolicyPlace) -> ColumnElement[bool]:
    match place.level:
        case PolicyLevel.NODE:
            return true()
        case PolicyLevel.ACCOUNT:
            return calls.c.account_id == place.subject
        case PolicyLevel.KEY:
            return calls.c.key_id == place.subject
    # What was dialled for a call to the number counts for the number, whatever number was shown.
    came_in = and_(_of_any_account(_parents), _parents.c.direction == Direction.INBOUND, _parents.c.to == place.subject)
    return or_(calls.c.from_ == place.subject, calls.c.parent_id.in_(select(_parents.c.id).where(came_in)))
