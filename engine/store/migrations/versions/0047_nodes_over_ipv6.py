"""Where calls over IPv6 find a node."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a node tells its address when it starts."""
    op.add_column("nodes", sa.Column("sip_over_ipv6", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Forget the addresses."""
    op.drop_column("nodes", "sip_over_ipv6")
