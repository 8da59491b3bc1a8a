"""What calls have spent, added up by the day."""

from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Date, ForeignKey, Table, event

from engine.store.data_kinds import ACCOUNT_LIFE, Whose, about, technical
from engine.store.spent_triggers import create_spent_triggers
from engine.store.tables.calls import calls
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER

calls_spent: Final = Table(
    "calls_spent",
    metadata,
    technical("day", Date, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("key_id", IDENTIFIER, primary_key=True),
    technical("milliseconds", BigInteger, nullable=False),
    technical("units", BigInteger, nullable=False),
    info=about(
        "Adds up answered time and price of calls that went out, by the UTC day of their start, account and API key; "
        "triggers of `calls` write it.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
        searched=False,
    ),
    sqlite_with_rowid=False,
)


@event.listens_for(calls, "after_create")
def _add_up_from_now_on(_: Table, connection: Connection, **__: Any) -> None:
    create_spent_triggers(connection)
