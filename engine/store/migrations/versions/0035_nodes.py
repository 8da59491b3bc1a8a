"""Nodes that share a database, leases of what one of them does at a time, and which of them sends a callback."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column; a callback is sent by the node of its call."""
    op.create_table(
        "nodes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("instance", sa.String(length=34), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("rest_url", sa.Text(), nullable=False),
        sa.Column("sip_address", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("live_calls", sa.Integer(), nullable=False),
        sa.Column("load", sa.Float(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.Column("drain_wanted", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_nodes"),
    )
    op.create_table(
        "node_fences",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("instance", sa.String(length=34), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_node_fences"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.add_column("outbox", sa.Column("node", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE outbox SET node = (SELECT calls.node FROM calls WHERE calls.id = outbox.call_id)")
    op.create_index("ix_outbox_node_state_next_at", "outbox", ["node", "state", "next_at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_outbox_node_state_next_at", "outbox")
    op.drop_column("outbox", "node")
    op.drop_table("leases")
    op.drop_table("node_fences")
    op.drop_table("nodes")
