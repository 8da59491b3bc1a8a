"""What calls have spent, added up by day, account and API key."""

import sqlalchemy as sa
from alembic import op

from engine.store.spent_triggers import add_up_all, create_spent_triggers, drop_spent_triggers
from engine.store.types import IDENTIFIER

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add up the calls that there are, and all from now on."""
    op.create_table(
        "calls_spent",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("key_id", IDENTIFIER, nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_calls_spent_account_id"),
        sa.PrimaryKeyConstraint("day", "account_id", "key_id", name="pk_calls_spent"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # Another node may still write calls: it waits until they are added up.
        op.execute("LOCK TABLE calls IN SHARE ROW EXCLUSIVE MODE")
    create_spent_triggers(connection)
    add_up_all(connection)


def downgrade() -> None:
    """Add up nothing."""
    drop_spent_triggers(op.get_bind())
    op.drop_table("calls_spent")
