"""How many calls have ended, by day, direction and status; and an index for lists of calls by direction."""

import sqlalchemy as sa
from alembic import op

from engine.store.call_triggers import count_all, create_triggers, drop_triggers
from engine.store.types import IDENTIFIER

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BY_DIRECTION = "ix_calls_account_id_direction_start_time_id"


def upgrade() -> None:
    """Count the calls that there are, and all from now on."""
    op.create_table(
        "call_totals",
        sa.Column("account_id", IDENTIFIER, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("direction", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "day", "direction", "status", name="pk_call_totals"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # Another node may still write calls: it waits until they are counted.
        op.execute("LOCK TABLE calls IN SHARE ROW EXCLUSIVE MODE")
    create_triggers(connection)
    count_all(connection)
    op.create_index(_BY_DIRECTION, "calls", ["account_id", "direction", "start_time", "id"])
    if connection.dialect.name == "sqlite" and sa.inspect(connection).has_table("sqlite_stat1"):
        # Whoever has had it analysed: SQLite prefers an index of which it knows nothing to those that it knows.
        op.execute("ANALYZE calls")


def downgrade() -> None:
    """Keep no count."""
    op.drop_index(_BY_DIRECTION, "calls")
    drop_triggers(op.get_bind())
    op.drop_table("call_totals")
