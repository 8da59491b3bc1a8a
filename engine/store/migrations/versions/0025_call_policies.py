"""Policies of who may call where, and which API key has asked for a call."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and the column; of earlier calls no key is known."""
    op.create_table(
        "call_policies",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call_policies"),
        sa.UniqueConstraint("level", "subject", name="uq_call_policies_level_subject"),
    )
    op.add_column("calls", sa.Column("key_id", sa.String(length=34), nullable=True))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("calls", "key_id")
    op.drop_table("call_policies")
