"""Sources of SIP of which nothing is heard for a time."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "bans",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_bans"),
    )
    op.create_index("ix_bans_until", "bans", ["until"])


def downgrade() -> None:
    """Forget the bans."""
    op.drop_table("bans")
