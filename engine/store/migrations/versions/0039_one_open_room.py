"""Of an account's open conferences no two have the same name; and whether who is in one may be recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

harmless = (
    "A program of before looks for the open conference of a name first; where two nodes open one at once, one fails."
)

_OPEN = sa.text("status IN ('init', 'in-progress')")
_YOUNGER = sa.text(
    "UPDATE conferences SET status = 'completed', ended_at = date_created"
    " WHERE status IN ('init', 'in-progress') AND EXISTS (SELECT 1 FROM conferences AS older"
    " WHERE older.account_id = conferences.account_id AND older.friendly_name = conferences.friendly_name"
    " AND older.status IN ('init', 'in-progress') AND (older.date_created < conferences.date_created"
    " OR (older.date_created = conferences.date_created AND older.id < conferences.id)))"
)


def upgrade() -> None:
    """Add the index and the column. Of several open ones of a name the oldest, which callers find, stays so."""
    op.execute(_YOUNGER)
    op.create_index(
        "uq_conferences_open_name",
        "conferences",
        ["account_id", "friendly_name"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.add_column("participants", sa.Column("consents", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Let there be several again."""
    op.drop_column("participants", "consents")
    op.drop_index("uq_conferences_open_name", "conferences")
