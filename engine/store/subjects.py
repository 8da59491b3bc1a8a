"""Everything that is stored about one number: found, told and erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, or_, select, union

from engine.model.call import FINAL
from engine.model.number_ranges import fitting
from engine.model.recording import Recording
from engine.privacy.pseudonym import Pseudonyms
from engine.privacy.subject import DataSubject
from engine.store.anonymous import anonymise
from engine.store.data_kinds import data_of
from engine.store.database import Database
from engine.store.holds import account_is_free, call_is_free, conference_is_free
from engine.store.mentions import Mention, account_of, mentions, replace_mention, tables_of_calls
from engine.store.refusals import forget_number
from engine.store.tables.accounts import numbers
from engine.store.tables.calls import calls
from engine.store.tables.complete import metadata
from engine.store.tables.conferences import conferences, participants
from engine.store.tables.disclosures import disclosures
from engine.store.tables.recordings import consents, recordings

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Concern:
    """The calls, recordings and consents of one number in one account, by identifier.

    `calls` are from it or to it, `family` also those they dialled or were dialled by; `live` are those of the family
    and of the mentions that have not ended; `held` are recordings and calls that a legal hold keeps.
    """

    calls: tuple[str, ...]
    family: tuple[str, ...]
    recordings: tuple[Recording, ...]
    mentions: tuple[Mention, ...]
    live: tuple[str, ...]
    held: tuple[str, ...]


class Subjects:
    """Finds, exports and erases what is stored of a person, in one account at a time. Everything raises StoreError."""

    def __init__(self, db: Database, pseudonyms: Pseudonyms) -> None:
        self._db = db
        self._pseudonyms = pseudonyms

    async def is_own(self, subject: DataSubject) -> bool:
        """Whether it is a number of an account, and so no caller's."""
        return await self._db.row(select(numbers.c.id).where(numbers.c.e164.in_(fitting(subject.number)))) is not None

    async def parties(self, account_ids: Sequence[str]) -> list[str]:
        """Who called, was called or was asked for consent or told of a program, each spelling once."""
        columns = [(calls, calls.c.from_), (calls, calls.c.to), (consents, consents.c.number)]
        columns.append((disclosures, disclosures.c.number))
        rows = [select(column.label("party")).where(table.c.account_id.in_(account_ids)) for table, column in columns]
        return [row["party"] for row in await self._db.rows(select(union(*rows).subquery().c.party))]

    async def concern(self, subject: DataSubject, account_id: str) -> Concern:
        """Looks through all texts of the database: seconds, where there is much."""

        def job(connection: Connection) -> Concern:
            return _concern(connection, subject, account_id)

        return await self._db.read(job)

    async def told(self, concern: Concern) -> dict[str, Rows]:
        """The rows by table, as they are stored but for secrets of ours; `mentions` are rows of others that tell it."""
        found: dict[str, Rows] = {"calls": await self._rows(calls, calls.c.id.in_(concern.calls))}
        for table in tables_of_calls():
            if table is not recordings:
                found[table.name] = await self._rows(table, table.c.call_id.in_(concern.calls))
        found["recordings"] = await self._rows(
            recordings, recordings.c.id.in_([each.id for each in concern.recordings])
        )
        others = [each for each in concern.mentions if not _is_told_already(each, found)]
        found["mentions"] = [{"table": each.table, **each.key, **each.texts} for each in others]
        return {name: rows for name, rows in found.items() if rows}

    async def erase(self, subject: DataSubject, concern: Concern, account_id: str) -> dict[str, int]:
        """All but recordings, which have files: how many rows were met by kind.

        The search is no writer's, so that calls are written meanwhile; the changes are short.
        """

        def take_out(connection: Connection) -> dict[str, int]:
            forget_number(connection, subject)
            return anonymise(connection, concern.calls, self._pseudonyms)

        def look(connection: Connection) -> list[Mention]:
            return _of_account(connection, mentions(connection, subject), account_id)

        def replace(connection: Connection) -> None:
            for mention in left:
                replace_mention(connection, mention, subject, self._pseudonyms.pseudonym_of(subject.number))

        counts = await self._db.write(take_out)
        left = await self._db.read(look)
        if left:
            await self._db.write(replace)
        return {**counts, "mentions": len(left)}

    async def _rows(self, table: Any, where: Any) -> Rows:
        shown = [column for column in table.columns if data_of(column).told]
        found = await self._db.rows(select(*shown).where(where).order_by(*table.primary_key.columns))
        return [dict(row) for row in found]


def _concern(connection: Connection, subject: DataSubject, account_id: str) -> Concern:
    party = or_(calls.c.from_.like(subject.like), calls.c.to.like(subject.like))
    query = select(calls.c.id, calls.c.from_, calls.c.to).where(calls.c.account_id == account_id, party)
    rows = connection.execute(query).mappings().all()
    own = [row["id"] for row in rows if subject.is_told_in(row["from_"]) or subject.is_told_in(row["to"])]
    parents = select(calls.c.parent_id).where(calls.c.id.in_(own), calls.c.parent_id.is_not(None))
    related = or_(calls.c.id.in_(own), calls.c.parent_id.in_(own), calls.c.id.in_(parents))
    family = connection.scalars(select(calls.c.id).where(related).order_by(calls.c.id)).all()
    rooms = select(participants.c.conference_id).where(participants.c.call_id.in_(own))
    heard = or_(recordings.c.call_id.in_(family), recordings.c.conference_id.in_(rooms))
    found = connection.execute(select(recordings).where(heard).order_by(recordings.c.id)).mappings().all()
    told = _of_account(connection, mentions(connection, subject), account_id)
    met = {*family, *(str(each.key["id"]) for each in told if each.table == "calls")}
    return Concern(
        tuple(own),
        tuple(family),
        tuple(Recording(**row) for row in found),
        tuple(told),
        _ids(connection, calls.c.id.in_(met), calls.c.status.not_in(tuple(FINAL))),
        _held(connection, met, [row["id"] for row in found]),
    )


def _held(connection: Connection, call_ids: set[str], recording_ids: list[str]) -> tuple[str, ...]:
    free = and_(account_is_free(calls.c.account_id), call_is_free(calls.c.id))
    held_calls = _ids(connection, calls.c.id.in_(call_ids), ~free)
    kept = ~conference_is_free(recordings.c.conference_id)
    query = select(recordings.c.id).where(recordings.c.id.in_(recording_ids), kept)
    return (*held_calls, *connection.scalars(query).all())


def _ids(connection: Connection, *where: Any) -> tuple[str, ...]:
    return tuple(connection.scalars(select(calls.c.id).where(*where).order_by(calls.c.id)).all())


def _of_account(connection: Connection, found: Sequence[Mention], account_id: str) -> list[Mention]:
    mine: list[Mention] = []
    for mention in found:
        table = metadata.tables[mention.table]
        where = [table.c[name] == value for name, value in mention.key.items()]
        names = [name for name in ("account_id", "call_id", "conference_id") if name in table.c]
        found_row = connection.execute(select(*[table.c[name] for name in names]).where(*where)).mappings().first()
        row = dict(found_row or {})
        if account_of(mention, row, _owners(connection, row)) == account_id:
            mine.append(mention)
    return mine


def _owners(connection: Connection, row: Mapping[str, Any]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for name, table in (("call_id", calls), ("conference_id", conferences)):
        if row.get(name):
            owner = connection.scalar(select(table.c.account_id).where(table.c.id == row[name]))
            owners[str(row[name])] = str(owner)
    return owners


def _is_told_already(mention: Mention, found: Mapping[str, Rows]) -> bool:
    return any(
        all(row.get(name) == value for name, value in mention.key.items()) for row in found.get(mention.table, ())
    )
