"""Alembic's entry: runs the steps on the connection, and in the transaction, that it is handed."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from engine.store.tables.complete import metadata


def _as_stored(kind: str, item: Any, written: AutogenContext) -> str | Literal[False]:
    """A migration names what is in the database, for our types may change; only those that differ by database are ours.

    False is for Alembic's own way.
    """
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    if type(item).load_dialect_impl is TypeDecorator.load_dialect_impl:
        return f"sa.{item.impl_instance!r}"
    written.imports.add(f"from {type(item).__module__} import {type(item).__name__}")
    return f"{type(item).__name__}()"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can't alter a table: there it is made anew and filled from the old one.
    render_as_batch=True,
    render_item=_as_stored,
)
context.run_migrations()
