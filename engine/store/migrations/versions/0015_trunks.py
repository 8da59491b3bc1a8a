"""Trunks as rows, and how their registrations stand."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "trunk_registrations",
        sa.Column("trunk", sa.String(length=64), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("trunk", "node", name="pk_trunk_registrations"),
    )
    op.create_table(
        "trunks",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=34), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_trunks"),
    )


def downgrade() -> None:
    """Forget the trunks."""
    op.drop_table("trunks")
    op.drop_table("trunk_registrations")
