"""How many calls go on and have just begun, of each level of policies, on all nodes: their rows tell.

A call that begins is counted in the transaction that stores it, under a lock of each level that is counted. A call
ends with its row, so those of a node that died count until another has closed them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, insert, select, update

from engine.model.call import FINAL, NO_NODE, Direction, Status
from engine.model.call_policy import PlacedPolicy, PolicyLevel, PolicyPlace
from engine.model.call_policy.decision import limit_refusal
from engine.model.call_policy.last_second import SECOND_US, of_last_second
from engine.model.call_policy.rules import Refuse
from engine.model.call_policy.used import Used
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.locks import OwnClock, locked_at
from engine.store.tables.call_policies import call_rates
from engine.store.tables.calls import calls
from engine.store.values import utc_now

_OPEN: Final = tuple(status for status in Status if status not in FINAL)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HERE: Final = (call_rates.c.level == bindparam("of_level")) & (call_rates.c.subject == bindparam("of_subject"))
_RATE: Final = select(call_rates.c.moments).where(_HERE)
_SET_RATE: Final = update(call_rates).where(_HERE)


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
        return await self._db.read(lambda connection: _used(connection, direction, limited, self._own_clock()))

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
            refusal = limit_refusal(direction, _used(connection, direction, limited, now, beside=call_id), limited)
            if refusal is not None:
                raise refuse(refusal)
            for each in limited:
                if each.policy.calls_a_second is not None and direction is Direction.OUTBOUND:
                    _begin(connection, each.place, _microseconds(now))

        return job


def _limited(direction: Direction, policies: Sequence[PlacedPolicy]) -> tuple[PlacedPolicy, ...]:
    """The policies that limit how many calls of a direction go on, or begin in a second."""
    fields = {"calls_at_once", "calls_a_second"} if direction is Direction.OUTBOUND else {"inbound_calls_at_once"}
    return tuple(each for each in policies if each.policy.said & fields)


def _used(
    connection: Connection, direction: Direction, limited: Sequence[PlacedPolicy], now: datetime, beside: str = ""
) -> dict[PolicyPlace, Used]:
    """What is used of each level, without the call `beside`."""
    used = {}
    for each in limited:
        lately = 0
        if each.policy.calls_a_second is not None and direction is Direction.OUTBOUND:
            lately = len(_moments(connection, each.place, _microseconds(now)) or ())
        at_once = 0
        if each.policy.calls_at_once is not None or direction is Direction.INBOUND:
            at_once = connection.scalar(_at_once(each.place, direction), {"beside": beside}) or 0
        used[each.place] = Used(at_once=at_once, began_last_second=lately)
    return used


def _at_once(place: PolicyPlace, direction: Direction) -> Select[Any]:
    """Counts the calls that go on in somebody's name; one that waits for its turn is no node's, and does not count."""
    going_on = and_(
        calls.c.status.in_(_OPEN),
        calls.c.node != NO_NODE,
        calls.c.direction == direction,
        calls.c.id != bindparam("beside"),
    )
    match place.level:
        case PolicyLevel.NODE:
            return select(func.count()).select_from(calls).where(going_on)
        case PolicyLevel.ACCOUNT:
            return select(func.count()).where(calls.c.account_id == place.subject, going_on)
        case PolicyLevel.KEY:
            return select(func.count()).where(calls.c.key_id == place.subject, going_on)
    return _of_number(place.subject, going_on)


def _of_number(number: str, going_on: ColumnElement[bool]) -> Select[Any]:
    """Follows each call to the one that began it all: what that one was called by, or has shown, is the number."""
    line = select(calls.c.parent_id, _own_number(calls).label("number")).where(going_on).cte("line", recursive=True)
    parents = calls.alias("parents")
    further = select(parents.c.parent_id, _own_number(parents)).join(line, line.c.parent_id == parents.c.id)
    line = line.union_all(further)
    return select(func.count()).where(line.c.parent_id.is_(None), line.c.number == number)


def _own_number(rows: Any) -> ColumnElement[str]:
    return case((rows.c.direction == Direction.INBOUND, rows.c.to), else_=rows.c.from_)


def _moments(connection: Connection, place: PolicyPlace, now_us: int) -> list[int] | None:
    """When the calls of the last second began; None where no call was ever counted here."""
    row = connection.execute(_RATE, {"of_level": place.level, "of_subject": place.subject}).first()
    return None if row is None else of_last_second(cast(list[int], row[0]), now_us)


def _begin(connection: Connection, place: PolicyPlace, now_us: int) -> None:
    lately = _moments(connection, place, now_us)
    moments = [*(lately or ()), now_us]
    if lately is None:
        connection.execute(insert(call_rates), {"level": place.level, "subject": place.subject, "moments": moments})
    else:
        connection.execute(_SET_RATE, {"of_level": place.level, "of_subject": place.subject, "moments": moments})


def _microseconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds
