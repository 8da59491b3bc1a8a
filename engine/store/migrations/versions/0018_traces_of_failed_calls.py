"""What was said by SIP about calls that failed."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "call_traces",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_id", sa.String(length=34), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_traces_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_traces"),
        sa.UniqueConstraint("call_id", name="uq_call_traces_call_id"),
    )


def downgrade() -> None:
    """Forget the traces."""
    op.drop_table("call_traces")
