"""Refused calls, counted by each node in rows of its own."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nodes of the release before go on to count in `refusals`, and both are told of."""
    op.create_table(
        "refused_calls",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node", "source", "rule", "number", name="pk_refused_calls"),
    )


def downgrade() -> None:
    """Forget what nodes have counted so."""
    op.drop_table("refused_calls")
