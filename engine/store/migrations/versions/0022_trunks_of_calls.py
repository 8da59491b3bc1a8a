"""The trunk by which a call came in, or was sent last."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of earlier calls no trunk is known."""
    op.add_column("calls", sa.Column("trunk", sa.String(length=64), nullable=True))
    op.create_index("ix_calls_trunk_start_time", "calls", ["trunk", "start_time"])


def downgrade() -> None:
    """Forget it."""
    op.drop_index("ix_calls_trunk_start_time", "calls")
    op.drop_column("calls", "trunk")
