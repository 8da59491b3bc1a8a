"""Whom numbers have told of the calls that come to them, and who was called before a call was sent on to us."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; nobody is told, and nothing is known."""
    op.add_column("numbers", sa.Column("status_callback", sa.Text(), nullable=True))
    op.add_column(
        "numbers", sa.Column("status_callback_method", sa.String(length=4), nullable=False, server_default="POST")
    )
    op.add_column("numbers", sa.Column("status_callback_events", sa.Text(), nullable=True))
    op.add_column("calls", sa.Column("forwarded_from", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("calls", "forwarded_from")
    for name in ("status_callback_events", "status_callback_method", "status_callback"):
        op.drop_column("numbers", name)
