"""Legal holds, and the conditions that keep what is held out of every sweep."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, or_, select, union, update

from engine.errors import NotFound
from engine.ids import IdKind, new_id
from engine.privacy.audit import AuditEntry
from engine.privacy.retention import HoldOn, LegalHold
from engine.store.audit import append
from engine.store.database import Database
from engine.store.tables.accounts import accounts
from engine.store.tables.calls import calls
from engine.store.tables.conferences import conferences, participants
from engine.store.tables.privacy import legal_holds
from engine.store.values import utc_now, values_of


class Holds:
    """Set and lifted, never deleted. Both are on the audit log, in the same transaction."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._now = now

    async def set(self, account_id: str, kind: HoldOn, object_: str, reason: str, actor: str) -> LegalHold:
        """Raises NotFound where the account has no such call or conference."""
        await self._require(account_id, kind, object_)
        hold = LegalHold(new_id(IdKind.HOLD), account_id, kind, object_, reason, self._now(), actor)

        def job(connection: Connection) -> None:
            connection.execute(insert(legal_holds), values_of(hold))
            facts = {"account": account_id, "kind": kind.value, "object": object_}
            append(connection, AuditEntry(actor, "hold.set", hold.id, facts), hold.set_at)

        await self._db.write(job)
        return hold

    async def lift(self, account_id: str, hold_id: str, actor: str) -> None:
        """Raises NotFound where the account has no such hold in force."""
        mine = and_(legal_holds.c.id == hold_id, legal_holds.c.account_id == account_id, _IN_FORCE)

        def job(connection: Connection) -> bool:
            now = self._now()
            lifted = connection.execute(update(legal_holds).where(mine).values(lifted_at=now, lifted_by=actor))
            if lifted.rowcount == 1:
                append(connection, AuditEntry(actor, "hold.lift", hold_id, {"account": account_id}), now)
            return bool(lifted.rowcount == 1)

        if not await self._db.write(job):
            raise NotFound("hold", hold_id)

    async def get(self, hold_id: str) -> LegalHold | None:
        row = await self._db.row(select(legal_holds).where(legal_holds.c.id == hold_id))
        return LegalHold(**row) if row else None

    async def all(self, account_id: str | None = None, *, in_force: bool = True) -> list[LegalHold]:
        """The holds of an account or of all, the oldest first."""
        query = select(legal_holds).order_by(legal_holds.c.id)
        if account_id is not None:
            query = query.where(legal_holds.c.account_id == account_id)
        if in_force:
            query = query.where(_IN_FORCE)
        return [LegalHold(**row) for row in await self._db.rows(query)]

    async def _require(self, account_id: str, kind: HoldOn, object_: str) -> None:
        table = {HoldOn.CALL: calls, HoldOn.CONFERENCE: conferences, HoldOn.ACCOUNT: accounts}[kind]
        owner = table.c.id if kind is HoldOn.ACCOUNT else table.c.account_id
        if await self._db.row(select(table.c.id).where(table.c.id == object_, owner == account_id)) is None:
            raise NotFound(kind.value, object_)


def account_is_free(account_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """No hold is on the account."""
    return account_id.not_in(_held(HoldOn.ACCOUNT))


def call_is_free(call_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """No hold is on the call, on one that it dialled or was dialled by, or on a conference that it was in."""
    held = (union(*_directly_held()), *_beside_held())
    return or_(call_id.is_(None), and_(*(call_id.not_in(each) for each in held)))


def is_held_call(call_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The opposite, to find the few that are held."""
    return call_id.in_(union(*_directly_held(), *_beside_held()))


def is_held_account(account_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """A hold is on the account."""
    return account_id.in_(_held(HoldOn.ACCOUNT))


def conference_is_free(conference_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """No hold is on the conference."""
    return or_(conference_id.is_(None), conference_id.not_in(_held(HoldOn.CONFERENCE)))


_IN_FORCE = legal_holds.c.lifted_at.is_(None)


def _held(kind: HoldOn) -> Select[Any]:
    return select(legal_holds.c.object).where(legal_holds.c.kind == kind, _IN_FORCE)


def _directly_held() -> tuple[Select[Any], ...]:
    """Calls on which a hold is, and calls that were in a held conference. They are found without a look at `calls`."""
    in_held = select(participants.c.call_id).where(participants.c.conference_id.in_(_held(HoldOn.CONFERENCE)))
    return _held(HoldOn.CALL), in_held


def _beside_held() -> tuple[Select[Any], ...]:
    """The legs of those calls, and the calls whose legs they are."""
    directly = union(*_directly_held())
    legs = select(calls.c.id).where(calls.c.parent_id.in_(directly))
    parents = select(calls.c.parent_id).where(calls.c.id.in_(directly), calls.c.parent_id.is_not(None))
    return legs, parents
