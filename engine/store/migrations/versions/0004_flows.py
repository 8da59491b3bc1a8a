"""What the whole call-flow language needs: callbacks of dialled calls, queues."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    with op.batch_alter_table("calls") as calls:
        calls.add_column(sa.Column("status_callback_method", sa.String(4), nullable=False, server_default="POST"))
        calls.add_column(sa.Column("status_callback_events", sa.Text()))
    op.create_table(
        "queues",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("date_created", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_queues_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queues"),
        sa.UniqueConstraint("account_id", "friendly_name", name="uq_queues_account_id_friendly_name"),
    )
    op.create_table(
        "queue_waits",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("queue_id", IDENTIFIER, nullable=False),
        sa.Column("call_id", IDENTIFIER, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime()),
        sa.Column("result", sa.String(20)),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_queue_waits_queue_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_queue_waits_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queue_waits"),
    )
    op.create_index("ix_queue_waits_call_id", "queue_waits", ["call_id"])
    op.create_index("ix_queue_waits_queue_id_entered_at", "queue_waits", ["queue_id", "entered_at"])
    op.create_index("ix_queue_waits_queue_id_left_at", "queue_waits", ["queue_id", "left_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("queue_waits")
    op.drop_table("queues")
    with op.batch_alter_table("calls") as calls:
        calls.drop_column("status_callback_events")
        calls.drop_column("status_callback_method")
