"""What goes with a call to a SIP address: its user and headers, and the password of one that waits for its turn."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; nothing goes with the calls that there are."""
    op.add_column("calls", sa.Column("sip_username", sa.Text(), nullable=True))
    op.add_column("calls", sa.Column("sip_headers", sa.JSON(), nullable=True))
    op.add_column("queued_calls", sa.Column("sip_password", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Forget them: calls that wait for their turn are placed without."""
    op.drop_column("queued_calls", "sip_password")
    op.drop_column("calls", "sip_headers")
    op.drop_column("calls", "sip_username")
