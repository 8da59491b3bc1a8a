"""Makes a table that has parts whole again, as it was before: for who goes back to an earlier release."""

from typing import Final

from sqlalchemy import Connection, text

from engine.store.months.monthly_table import MonthlyTable

_REFERENCES: Final = {
    "calls": {"parent_id": "calls"},
    "call_events": {"call_id": "calls"},
    "webhook_exchanges": {"account_id": "accounts", "call_id": "calls"},
}
"""What each table referred to before it had parts, by column."""
_OTHERS: Final = text(
    "SELECT 'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
    " AND (confrelid = to_regclass(:name) OR conrelid = to_regclass(:name))"
)
_INDEXES: Final = text(
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass(:name) AND NOT indisunique"
)
_TRIGGERS: Final = text(
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = to_regclass(:name) AND NOT tgisinternal"
)


def unite(connection: Connection, table: MonthlyTable) -> None:
    """Copy all rows into one table, in the transaction at hand, and drop the parts."""
    if not table.is_parted(connection):
        return
    name, parted = table.name, f"{table.name}_parted"
    named = {"name": name}
    of_indexes = [
        # A table in parts is indexed "ON ONLY" itself.
        each.replace(" ON ONLY ", " ON ", 1)
        for each in connection.scalars(_INDEXES, named).all()
    ]
    of_triggers = connection.scalars(_TRIGGERS, named).all()
    of_others = [each.removesuffix(" NOT VALID") for each in connection.scalars(_OTHERS, named)]
    sequence = connection.scalar(text(f"SELECT pg_get_serial_sequence('{name}', 'id')"))
    copied = [
        f"ALTER TABLE {name} RENAME TO {parted}",
        f"CREATE TABLE {name} (LIKE {parted} INCLUDING DEFAULTS)",
        f"INSERT INTO {name} SELECT * FROM {parted}",
        *([f"ALTER SEQUENCE {sequence} OWNED BY {name}.id"] if sequence else []),
        f"DROP TABLE {parted} CASCADE",
        f"ALTER TABLE {name} ADD CONSTRAINT pk_{name} PRIMARY KEY (id)",
    ]
    references = [
        f"ALTER TABLE {name} ADD CONSTRAINT fk_{name}_{column} FOREIGN KEY ({column}) REFERENCES {other}(id)"
        for column, other in _REFERENCES[name].items()
    ]
    for statement in (*copied, *of_indexes, *of_triggers, *of_others, *references):
        connection.exec_driver_sql(statement)
