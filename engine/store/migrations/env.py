"""Alembic's entry: runs the steps on the connection, and in the transaction, that it is handed."""

from alembic import context

from engine.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can't alter a table: there it is made anew and filled from the old one.
    render_as_batch=True,
)
context.run_migrations()
