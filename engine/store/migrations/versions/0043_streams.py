"""Media streams of calls."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; there was no stream before."""
    op.create_table(
        "streams",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("call_id", sa.String(length=34), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("tracks", sa.String(length=20), nullable=False),
        sa.Column("two_way", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("consent", sa.String(length=34), nullable=True),
        sa.Column("callback", sa.JSON(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_streams_account_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_streams_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_streams"),
    )
    op.create_index("ix_streams_call_id", "streams", ["call_id"])
    op.create_index("ix_streams_status_node", "streams", ["status", "node"])


def downgrade() -> None:
    """Forget which programs there were."""
    op.drop_table("streams")
