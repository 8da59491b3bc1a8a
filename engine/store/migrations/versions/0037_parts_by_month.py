"""Calls, their events and the ledger of webhooks in parts by month, on PostgreSQL."""

from datetime import UTC, datetime

from alembic import op

from engine.store.months.monthly_table import CALLS, EVENTS, EXCHANGES
from engine.store.months.splitting import split
from engine.store.months.uniting import unite

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

harmless = (
    "Every identifier is new, so no program writes one twice; what refers to calls refers to their parts as well."
)

_TABLES = (CALLS, EVENTS, EXCHANGES)


def upgrade() -> None:
    """Split them; what is there becomes the part before the first month."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for table in _TABLES:
            split(connection, table, datetime.now(UTC))


def downgrade() -> None:
    """Make them whole: each row is copied."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for table in _TABLES:
            unite(connection, table)
