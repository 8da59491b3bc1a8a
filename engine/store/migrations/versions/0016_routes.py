"""Routes as rows."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import Money, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; without rows every trunk carries every call, as before."""
    op.create_table(
        "routes",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("trunk", sa.String(length=64), nullable=False),
        sa.Column("called_prefix", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=34), nullable=True),
        sa.Column("caller_prefix", sa.String(length=16), nullable=False),
        sa.Column("times", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("cost", Money(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_routes_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_routes"),
    )


def downgrade() -> None:
    """Forget the routes."""
    op.drop_table("routes")
