"""Data that is due for deletion, by kind and identifier, and what becomes of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, delete, func, not_, select, update

from engine.model.call import FINAL
from engine.model.conference import ConferenceStatus
from engine.model.conference_options import RoomOptions
from engine.model.recording import UNFINISHED
from engine.privacy.pseudonym import Pseudonyms
from engine.privacy.retention import DataCategory
from engine.store.anonymous import anonymise, is_named
from engine.store.holds import account_is_free, call_is_free, conference_is_free
from engine.store.moment_functions import shown
from engine.store.tables.calls import CallbackState, call_events, call_traces, calls, outbox, webhook_exchanges
from engine.store.tables.conferences import conferences, participants, queue_waits, queues
from engine.store.tables.disclosures import disclosures
from engine.store.tables.recordings import consents, recordings
from engine.store.tables.streams import streams

Find = Callable[[str, datetime], Select[Any]]
"""Of an account, what ended before a moment and is not held."""
Take = Callable[[Connection, Sequence[Any], Pseudonyms], object]


@dataclass(frozen=True, slots=True)
class Due:
    """Rows of one table whose time is up. Once they were taken they are not found again."""

    find: Find
    take: Take


def recordings_due(account_id: str, before: datetime) -> Select[Any]:
    """They have files, so the sweeper takes them one by one."""
    return select(recordings.c.id).where(
        recordings.c.account_id == account_id,
        recordings.c.status.not_in(UNFINISHED),
        _last(recordings.c.ended_at, recordings.c.started_at) < before,
        recording_is_free(),
    )


def recording_is_free() -> ColumnElement[bool]:
    """No legal hold keeps the row of `recordings`."""
    return and_(
        account_is_free(recordings.c.account_id),
        call_is_free(recordings.c.call_id),
        conference_is_free(recordings.c.conference_id),
    )


def calls_to_take(account_id: str) -> Select[Any]:
    """Ended calls that still name somebody, and that no legal hold keeps."""
    return select(calls.c.id).where(
        calls.c.account_id == account_id,
        calls.c.status.in_(tuple(FINAL)),
        is_named(),
        account_is_free(calls.c.account_id),
        call_is_free(calls.c.id),
    )


def _calls(account_id: str, before: datetime) -> Select[Any]:
    # The index knows when a call began: those that are kept still are not looked at.
    return calls_to_take(account_id).where(
        calls.c.start_time < shown(before), _last(calls.c.end_time, calls.c.start_time) < before
    )


def _conferences(account_id: str, before: datetime) -> Select[Any]:
    of_held_calls = select(participants.c.conference_id).where(not_(call_is_free(participants.c.call_id)))
    return select(conferences.c.id).where(
        conferences.c.account_id == account_id,
        conferences.c.status == ConferenceStatus.COMPLETED,
        _last(conferences.c.ended_at, conferences.c.date_created) < before,
        conferences.c.friendly_name != conferences.c.id,
        account_is_free(conferences.c.account_id),
        conference_is_free(conferences.c.id),
        conferences.c.id.not_in(of_held_calls),
    )


def _queues(account_id: str, before: datetime) -> Select[Any]:
    """Due queues: those in which nobody has waited since; their waits have the same period."""
    return select(queues.c.id).where(
        queues.c.account_id == account_id,
        queues.c.date_created < before,
        queues.c.friendly_name != queues.c.id,
        queues.c.id.not_in(select(queue_waits.c.queue_id)),
        account_is_free(queues.c.account_id),
    )


def _told(table: Table, moment: Column[Any], *more: ColumnElement[bool], owner: Table) -> Due:
    """Due rows of a table that tell of a call and go. `owner` knows their account: itself, or what they belong to."""

    def find(account_id: str, before: datetime) -> Select[Any]:
        rows = select(table.c.id) if owner is table else select(table.c.id).join(owner)
        return rows.where(
            owner.c.account_id == account_id,
            moment < shown(before),
            *more,
            account_is_free(owner.c.account_id),
            call_is_free(table.c.call_id),
        )

    def take(connection: Connection, due: Sequence[Any], _: Pseudonyms) -> None:
        connection.execute(delete(table).where(table.c.id.in_(due)))

    return Due(find, take)


def _named(table: Table, find: Find, **emptied: object) -> Due:
    """Due rows of a table that stay for what points to them: their name becomes their identifier."""

    def take(connection: Connection, due: Sequence[Any], _: Pseudonyms) -> None:
        nameless = update(table).where(table.c.id.in_(due))
        connection.execute(nameless.values(friendly_name=table.c.id, **emptied))

    return Due(find, take)


def _last(end: Column[Any], begin: Column[Any]) -> ColumnElement[Any]:
    return func.coalesce(end, begin, type_=begin.type)


DUE: Final[Mapping[DataCategory, Sequence[Due]]] = {
    DataCategory.EVENTS: (
        _told(call_events, call_events.c.at, calls.c.status.in_(tuple(FINAL)), owner=calls),
        _told(call_traces, call_traces.c.at, owner=calls),
    ),
    DataCategory.WEBHOOKS: (_told(webhook_exchanges, webhook_exchanges.c.at, owner=webhook_exchanges),),
    DataCategory.OUTBOX: (_told(outbox, outbox.c.settled_at, outbox.c.state != CallbackState.PENDING, owner=calls),),
    DataCategory.CONSENTS: (
        _told(consents, consents.c.at, owner=consents),
        _told(disclosures, disclosures.c.begun_at, owner=disclosures),
    ),
    DataCategory.CALLS: (
        Due(_calls, anonymise),
        _named(conferences, _conferences, options=RoomOptions(), pin=None, moderator_pin=None),
        _told(queue_waits, queue_waits.c.left_at, owner=queues),
        _told(streams, streams.c.ended_at, owner=streams),
        _named(queues, _queues),
    ),
}
"""A kind with a table of its own is one line here. The order is that in which they are taken."""
