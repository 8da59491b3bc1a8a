"""Files that nodes are still to delete, each on its own disk."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import SERIAL, UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table: nothing waits yet."""
    op.create_table(
        "node_duties",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_node_duties"),
    )
    op.create_index("ix_node_duties_node", "node_duties", ["node"])


def downgrade() -> None:
    """Forget them: files that wait to be deleted stay."""
    op.drop_index("ix_node_duties_node", "node_duties")
    op.drop_table("node_duties")
