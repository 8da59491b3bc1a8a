"""The triggers by which PostgreSQL itself tells nodes of rows that are seldom changed, whoever changes them.

What is written for each call is told by who writes it (engine/store/notices.py), less often.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from engine.store.notices import CHANNEL, Topic
from engine.store.triggers import is_sqlite

_FUNCTION: Final = "telefoon_tell"
_SENDER: Final = "database"
"""Of no node, so that each hears it, the one that changed the row too."""
TELLING: Final[Mapping[str, Topic]] = {
    "bans": Topic.BANS,
    "queues": Topic.QUEUES,
    "routes": Topic.ROUTES,
    "trunk_costs": Topic.TRUNKS,
    "trunks": Topic.TRUNKS,
}
"""The topic of each table."""


def create_notice_triggers(connection: Connection) -> None:
    """Have changes of these tables told from here on; an SQLite file has one node, which looks by itself."""
    if is_sqlite(connection):
        return
    connection.exec_driver_sql(
        f"CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_notify('{CHANNEL}', '{_SENDER} ' || TG_ARGV[0]); RETURN NULL; END $$"
    )
    for table, topic in TELLING.items():
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_told AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}('{topic}')"
        )


def drop_notice_triggers(connection: Connection) -> None:
    """Nothing of these tables is told any more."""
    if is_sqlite(connection):
        return
    for table in TELLING:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_told ON {table}")
    connection.exec_driver_sql(f"DROP FUNCTION {_FUNCTION}")
