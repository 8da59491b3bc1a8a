"""What the limits of all nodes are counted by: the beginnings of the last second."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no call has begun lately."""
    op.create_table(
        "call_rates",
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("moments", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("level", "subject", name="pk_call_rates"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("call_rates")
