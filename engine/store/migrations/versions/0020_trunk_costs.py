"""What trunks cost, and which of them are full."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import Money

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables; without rows no trunk has a cost, as before."""
    op.create_table(
        "trunk_costs",
        sa.Column("trunk", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("per_minute", Money(), nullable=False),
        sa.PrimaryKeyConstraint("trunk", "prefix", name="pk_trunk_costs"),
    )
    op.create_table(
        "full_trunks",
        sa.Column("trunk", sa.String(length=64), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("trunk", "node", name="pk_full_trunks"),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("full_trunks")
    op.drop_table("trunk_costs")
