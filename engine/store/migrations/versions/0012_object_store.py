"""Recordings in an object store: where they are, and what is under way."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is known of objects."""
    op.add_column("recordings", sa.Column("object_url", sa.Text()))
    op.create_index("ix_recordings_node_object_url_status", "recordings", ["node", "object_url", "status"])
    op.create_table(
        "object_moves",
        sa.Column("recording_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_object_moves_account_id_accounts"),
        sa.PrimaryKeyConstraint("recording_id", name="pk_object_moves"),
    )
    op.create_index("ix_object_moves_node_state", "object_moves", ["node", "state"])


def downgrade() -> None:
    """Forget it: recordings that are in the store are not found any more."""
    op.drop_table("object_moves")
    op.drop_index("ix_recordings_node_object_url_status", "recordings")
    op.drop_column("recordings", "object_url")
