"""What was signed of who calls, in calls that go out."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of earlier calls nothing is known."""
    op.add_column("calls", sa.Column("stir_signed", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("calls", "stir_signed")
