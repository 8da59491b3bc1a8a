"""Notices: PostgreSQL tells nodes of rows that others have changed."""

from alembic import op

from engine.store.notice_triggers import create_notice_triggers, drop_notice_triggers

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Have changes told from here on. SQLite has one node, and nothing of it."""
    create_notice_triggers(op.get_bind())


def downgrade() -> None:
    """Nodes find changes within a second, as they did."""
    drop_notice_triggers(op.get_bind())
