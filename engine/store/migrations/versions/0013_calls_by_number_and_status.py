"""Indexes for lists of calls by number and by status."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FILTERED = ("from_", "to", "status")


def upgrade() -> None:
    """Add them."""
    for column in _FILTERED:
        op.create_index(_name(column), "calls", ["account_id", column, "start_time", "id"])


def downgrade() -> None:
    """Take them away."""
    for column in _FILTERED:
        op.drop_index(_name(column), "calls")


def _name(column: str) -> str:
    return f"ix_calls_account_id_{column}_start_time_id"
