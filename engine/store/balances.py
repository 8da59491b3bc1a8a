"""Prepaid balances: each change is one transaction whose statements the database itself refuses below zero.

Every change locks the account's balance first, so that two never wait for each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.errors import BalanceTooLow, StoreError, TopUpDiffers
from engine.ids import IdKind, new_id
from engine.model.balance import Balance, BalanceEntry, BalanceEntryKind, Draw, next_draw
from engine.model.rating import Rate
from engine.store.connections import Job
from engine.store.database import Database
from engine.store.page_cursor import PageCursor
from engine.store.prepared import PreparedQuery
from engine.store.tables.balances import balance_entries, balance_reservations, balances
from engine.store.values import values_of

_LOCKED: Final = PreparedQuery(select(balances).where(balances.c.account_id == bindparam("this")).with_for_update())


@dataclass(frozen=True, slots=True)
class BalanceReservation:
    """What is kept for a call, in units, and the node that carries it."""

    call_id: str
    account_id: str
    node: str
    units: int


class Balances:
    """Belong to accounts; one without a row has never paid beforehand. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, account_id: str) -> Balance | None:
        """How an account's balance stands."""
        row = await self._db.row(select(balances).where(balances.c.account_id == account_id))
        return Balance(**row) if row else None

    async def entries(
        self, account_id: str, page: int = 1, page_size: int = 50, place: PageCursor | None = None
    ) -> tuple[list[BalanceEntry], int]:
        """One page of the ledger, newest first, or what is behind a place; and how many rows it has over all."""
        query = select(balance_entries).where(balance_entries.c.account_id == account_id)
        order = (balance_entries.c.at.desc(), balance_entries.c.id.desc())
        behind = place.behind(balance_entries.c.at, balance_entries.c.id) if place else None
        rows, total = await self._db.page(query, order, page, page_size, behind)
        return [BalanceEntry(**row) for row in rows], total

    async def top_up(self, account_id: str, units: int, key: str, at: datetime, note: str = "") -> Balance:
        """Add to what is available; the first makes the account prepaid. With a key that was used nothing happens.

        An amount below zero takes back. Raises BalanceTooLow where that is more than there is, and TopUpDiffers where
        the key was used for another amount.
        """
        entry = BalanceEntry(new_id(IdKind.BALANCE_ENTRY), account_id, at, BalanceEntryKind.TOP_UP, units, key, note)
        opening = self._db.inserting_new(
            balances, values_of(Balance(account_id, prepaid=True, available=0, reserved=0, spent=0))
        )

        def job(connection: Connection) -> Balance:
            opening(connection)
            _lock(connection, account_id)
            known = _entry_units(connection, entry)
            if known is None:
                connection.execute(insert(balance_entries), values_of(entry))
                if not _move(connection, account_id, available=units):
                    raise BalanceTooLow(account_id)
            elif known != units:
                raise TopUpDiffers(key)
            return _lock(connection, account_id)

        return await self._db.write(job)

    async def set_prepaid(self, account_id: str, prepaid: bool) -> Balance:
        """Have the account's calls need its balance from now on, or not; the balance stays."""
        opening = self._db.inserting_new(
            balances, values_of(Balance(account_id, prepaid=prepaid, available=0, reserved=0, spent=0))
        )

        def job(connection: Connection) -> Balance:
            opening(connection)
            connection.execute(update(balances).where(balances.c.account_id == account_id).values(prepaid=prepaid))
            return _lock(connection, account_id)

        return await self._db.write(job)

    def reserving(self, call_id: str, account_id: str, node: str, rate: Rate) -> Job[Draw | None]:
        """The job that reserves what a call needs at its start; gives None where its account is not prepaid.

        It raises BalanceTooLow where not even the first increment is available.
        """

        def job(connection: Connection) -> Draw | None:
            row = _LOCKED.first(connection, {"this": account_id})
            if row is None or not row["prepaid"]:
                return None
            draw = next_draw(rate, 0, row["available"])
            if draw is None or not _move(connection, account_id, available=-draw.units, reserved=draw.units):
                raise BalanceTooLow(account_id)
            reservation = BalanceReservation(call_id, account_id, node, draw.units)
            connection.execute(insert(balance_reservations), values_of(reservation))
            return draw

        return job

    async def draw(self, call_id: str, account_id: str, rate: Rate, paid_s: int) -> Draw | None:
        """Reserve further increments for a call that has paid for `paid_s`; None where not even one is available."""
        of_call = balance_reservations.c.call_id == call_id

        def job(connection: Connection) -> Draw | None:
            draw = next_draw(rate, paid_s, _lock(connection, account_id).available)
            if draw is None or not _move(connection, account_id, available=-draw.units, reserved=draw.units):
                return None
            more = update(balance_reservations).where(of_call)
            if connection.execute(more.values(units=balance_reservations.c.units + draw.units)).rowcount != 1:
                raise StoreError(f"Nothing is reserved for {call_id} any more.")
            return draw

        return await self._db.write(job)

    def settling(self, call_id: str, account_id: str, cost: int, at: datetime, *, capped: bool = False) -> Job[None]:
        """The job that takes what a call has cost and gives back what else was reserved for it. Safe to repeat.

        What it has cost beyond its reservation is taken of what is available, as far as there is any; of a call that is
        `capped` never, for nobody has carried it beyond.
        """
        of_call = balance_reservations.c.call_id == call_id

        def job(connection: Connection) -> None:
            row = _LOCKED.first(connection, {"this": account_id})
            reserved = connection.scalar(select(balance_reservations.c.units).where(of_call))
            if row is None or reserved is None:
                return
            connection.execute(delete(balance_reservations).where(of_call))
            beyond = 0 if capped else min(max(cost - reserved, 0), row["available"])
            spent = min(cost, reserved) + beyond
            if not _move(connection, account_id, available=reserved - spent, reserved=-reserved, spent=spent):
                raise StoreError(f"The balance of {account_id} does not hold what is reserved for {call_id}.")
            if cost:
                entry = BalanceEntry(
                    new_id(IdKind.BALANCE_ENTRY), account_id, at, BalanceEntryKind.CALL, -spent, call_id,
                    short=cost - spent,
                )  # fmt: skip
                connection.execute(insert(balance_entries), values_of(entry))

        return job

    async def settle(self, call_id: str, account_id: str, cost: int, at: datetime, *, capped: bool = False) -> None:
        """Do the same at once."""
        await self._db.write(self.settling(call_id, account_id, cost, at, capped=capped))

    async def reserved_on(self, node: str) -> Sequence[BalanceReservation]:
        """What is reserved for the calls of a node."""
        query = select(balance_reservations).where(balance_reservations.c.node == node)
        return [BalanceReservation(**row) for row in await self._db.rows(query)]


def _lock(connection: Connection, account_id: str) -> Balance:
    """The balance, which no other transaction changes before the end of this one."""
    row: Mapping[Any, Any] | None = _LOCKED.first(connection, {"this": account_id})
    if row is None:
        raise StoreError(f"{account_id} has no balance.")
    return Balance(**row)


def _move(connection: Connection, account_id: str, *, available: int, reserved: int = 0, spent: int = 0) -> bool:
    """Add to each part, unless one would be below zero then."""
    changed = update(balances).where(
        balances.c.account_id == account_id,
        balances.c.available >= -available,
        balances.c.reserved >= -reserved,
    )
    parts = {
        "available": balances.c.available + available,
        "reserved": balances.c.reserved + reserved,
        "spent": balances.c.spent + spent,
    }
    return connection.execute(changed.values(**parts)).rowcount == 1


def _entry_units(connection: Connection, entry: BalanceEntry) -> int | None:
    """The units of the top-up that has used this key, if one has."""
    units: int | None = connection.scalar(
        select(balance_entries.c.units).where(
            balance_entries.c.account_id == entry.account_id,
            balance_entries.c.kind == entry.kind,
            balance_entries.c.key == entry.key,
        )
    )
    return units
