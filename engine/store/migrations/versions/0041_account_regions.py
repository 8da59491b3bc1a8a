"""The region whose nodes alone carry an account's calls; empty for any."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: any node carries those that are there, as before."""
    op.add_column("accounts", sa.Column("region", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Forget the regions: any node carries all of them again."""
    op.drop_column("accounts", "region")
