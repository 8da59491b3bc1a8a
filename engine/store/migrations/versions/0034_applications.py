"""Applications of accounts, and numbers that name one; and names of numbers, for people."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; no number names an application."""
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("fallback_url", sa.Text(), nullable=True),
        sa.Column("fallback_method", sa.String(length=4), nullable=False),
        sa.Column("status_callback", sa.Text(), nullable=True),
        sa.Column("status_callback_method", sa.String(length=4), nullable=False),
        sa.Column("status_callback_events", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_applications_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
    )
    op.create_index("ix_applications_account_id", "applications", ["account_id"])
    op.add_column("numbers", sa.Column("friendly_name", sa.Text(), nullable=True))
    op.add_column("numbers", sa.Column("application_id", sa.String(length=34), nullable=True))
    op.create_index("ix_numbers_application_id", "numbers", ["application_id"])


def downgrade() -> None:
    """Forget them: numbers are answered by their own URLs again."""
    op.drop_index("ix_numbers_application_id", "numbers")
    op.drop_column("numbers", "application_id")
    op.drop_column("numbers", "friendly_name")
    op.drop_table("applications")
