"""How many calls go on and have just begun, of each level of policies, on all nodes: their rows tell.

A call that begins is counted in the transaction that stores it, under a lock of each level that is counted. A call
ends with its row, so those of a node that died count until another has closed them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from engine.model.call import FINAL, NO_NODE, Direction, Status
from engine.model.call_policy import PlacedPolicy, PolicyLevel, PolicyPlace
from engine.model.call_policy.decision import limit_refusal
from engine.model.call_policy.last_second import SECOND_US, of_last_second
from engine.model.call_policy.rules import Refuse
from engine.model.call_policy.used import Used
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.locks import OwnClock, locked_at, time_on
from engine.store.tables.call_policies import call_rates
from engine.store.tables.calls import calls
from engine.store.values import utc_now

_OPEN: Final = tuple(status for status in Status if status not in FINAL)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HERE: Final = (call_rates.c.level == bindparam("of_level")) & (call_rates.c.subject == bindparam("of_subject"))
_RATE: Final = select(call_rates.c.moments).where(_HERE)
_SET_RATE: Final = update(call_rates).where(_HERE)
_ADD_RATE: Final = insert(call_rates)


class CallsGoingOn:
    """Counts what policies limit, and nothing else. Everything raises StoreError."""

    def __init__(self, db: Database, own_clock: OwnClock = utc_now) -> None:
        self._db = db
        self._own_clock = own_clock

    async def used(self, direction: Direction, policies: Sequence[PlacedPolicy]) -> Mapping[PolicyPlace, Used]:
        """What calls of one direction use now of what these policies limit; others may begin meanwhile."""
        limited = _limited(direction, policies)
        if not limited:
            return {}

        def job(connection: Connection) -> Mapping[PolicyPlace, Used]:
            paced = any(_is_paced(direction, each) for each in limited)
            now = time_on(connection, self._own_clock) if paced else self._own_clock()
            return _used(_counted(connection, direction, limited, now))

        return await self._db.read(job)

    def counting(
        self, call_id: str, direction: Direction, policies: Sequence[PlacedPolicy], refuse: Refuse
    ) -> Job[None] | None:
        """The job that counts a call whose row its transaction has written; None where no policy limits how many.

        It raises what `refuse` makes of the rule by which the call is one too many.
        """
        limited = _limited(direction, policies)
        if not limited:
            return None

        def job(connection: Connection) -> None:
            names = [f"calls {each.place.level} {each.place.subject}" for each in limited]
            now = locked_at(connection, names, self._own_clock)
            counted = _counted(connection, direction, limited, now, beside=call_id)
            refusal = limit_refusal(direction, _used(counted), limited)
            if refusal is not None:
                raise refuse(refusal)
            for each in limited:
                if _is_paced(direction, each):
                    _begin(connection, each.place, counted[each.place].moments, _microseconds(now))

        return job


def _limited(direction: Direction, policies: Sequence[PlacedPolicy]) -> tuple[PlacedPolicy, ...]:
    """The policies that limit how many calls of a direction go on, or begin in a second."""
    fields = {"calls_at_once", "calls_a_second"} if direction is Direction.OUTBOUND else {"inbound_calls_at_once"}
    return tuple(each for each in policies if each.policy.said & fields)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is used of a level, and the moments of the last second's calls; None where none was ever counted."""

    used: Used
    moments: list[int] | None


def _counted(
    connection: Connection, direction: Direction, limited: Sequence[PlacedPolicy], now: datetime, beside: str = ""
) -> dict[PolicyPlace, _Counted]:
    """What is used of each level, without the call `beside`."""
    counted = {}
    for each in limited:
        counts_all = direction is Direction.INBOUND or each.policy.calls_at_once is not None
        query = _query(each.place.level, counts_all, _is_paced(direction, each))
        values = {"of_level": each.place.level, "of_subject": each.place.subject, "of_direction": direction}
        at_once, stored = connection.execute(query, {**values, "beside": beside}).one()
        moments = None if stored is None else of_last_second(cast(list[int], stored), _microseconds(now))
        counted[each.place] = _Counted(Used(at_once=at_once, began_last_second=len(moments or ())), moments)
    return counted


@cache
def _query(level: PolicyLevel, counts_all: bool, is_paced: bool) -> Select[Any]:
    """What policies limit of a level, in one query; making it takes longer than running it."""
    at_once = _at_once(level).scalar_subquery() if counts_all else literal(0)
    return select(at_once, _RATE.scalar_subquery() if is_paced else null())


def _is_paced(direction: Direction, limited: PlacedPolicy) -> bool:
    return limited.policy.calls_a_second is not None and direction is Direction.OUTBOUND


def _used(counted: Mapping[PolicyPlace, _Counted]) -> dict[PolicyPlace, Used]:
    return {place: each.used for place, each in counted.items()}


def _at_once(level: PolicyLevel) -> Select[Any]:
    """Counts the calls that go on in somebody's name; one that waits for its turn is no node's, and does not count."""
    going_on = and_(
        calls.c.status.in_(_OPEN),
        calls.c.node != NO_NODE,
        calls.c.direction == bindparam("of_direction"),
        calls.c.id != bindparam("beside"),
    )
    subject: BindParameter[str] = bindparam("of_subject")
    match level:
        case PolicyLevel.NODE:
            return select(func.count()).select_from(calls).where(going_on)
        case PolicyLevel.ACCOUNT:
            return select(func.count()).where(calls.c.account_id == subject, going_on)
        case PolicyLevel.KEY:
            return select(func.count()).where(calls.c.key_id == subject, going_on)
    return _of_number(subject, going_on)


def _of_number(number: BindParameter[str], going_on: ColumnElement[bool]) -> Select[Any]:
    """Follows each call to the one that began it all: what that one was called by, or has shown, is the number."""
    line = select(calls.c.parent_id, _own_number(calls).label("number")).where(going_on).cte("line", recursive=True)
    parents = calls.alias("parents")
    further = select(parents.c.parent_id, _own_number(parents)).join(line, line.c.parent_id == parents.c.id)
    line = line.union_all(further)
    return select(func.count()).where(line.c.parent_id.is_(None), line.c.number == number)


def _own_number(rows: Any) -> ColumnElement[str]:
    return case((rows.c.direction == Direction.INBOUND, rows.c.to), else_=rows.c.from_)


def _begin(connection: Connection, place: PolicyPlace, lately: list[int] | None, now_us: int) -> None:
    moments = [*(lately or ()), now_us]
    if lately is None:
        connection.execute(_ADD_RATE, {"level": place.level, "subject": place.subject, "moments": moments})
    else:
        connection.execute(_SET_RATE, {"of_level": place.level, "of_subject": place.subject, "moments": moments})


def _microseconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds
