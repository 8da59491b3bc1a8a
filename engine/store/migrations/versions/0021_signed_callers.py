"""What came of the signature of who calls."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nothing is known of earlier calls."""
    op.add_column("calls", sa.Column("stir_verstat", sa.String(length=22), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("calls", "stir_verstat")
