"""What has changed of trunks: registered or not, silent, full, hosts left alone."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "trunk_events",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("trunk", sa.String(length=64), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trunk_events"),
    )
    op.create_index("ix_trunk_events_at", "trunk_events", ["at"])
    op.create_index("ix_trunk_events_trunk_at_id", "trunk_events", ["trunk", "at", "id"])


def downgrade() -> None:
    """Forget the events."""
    op.drop_table("trunk_events")
