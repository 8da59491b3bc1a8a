"""Calls that came in and were refused."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "refusals",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "rule", "number", name="pk_refusals"),
    )
    op.create_index("ix_refusals_last_at", "refusals", ["last_at"])


def downgrade() -> None:
    """Forget the refusals."""
    op.drop_table("refusals")
