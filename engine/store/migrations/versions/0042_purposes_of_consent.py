"""What somebody consented to; until now that was recording alone."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the purpose: consents that are there are to recording."""
    op.add_column("consents", sa.Column("purpose", sa.String(20), server_default="recording", nullable=False))


def downgrade() -> None:
    """Forget the purposes, and with them what was consented to but recording."""
    op.execute("DELETE FROM consents WHERE purpose <> 'recording'")
    op.drop_column("consents", "purpose")
