"""API keys: until when they are of use, for which networks, and from where they were used last."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; keys that exist have no end, and are for every network."""
    op.add_column("api_keys", sa.Column("expires_at", UtcDateTime(), nullable=True))
    op.add_column("api_keys", sa.Column("networks", sa.Text(), nullable=True))
    op.add_column("api_keys", sa.Column("last_used_from", sa.String(length=50), nullable=True))


def downgrade() -> None:
    """Forget them: a key that has ended, or was for some networks, is then for good and for all."""
    for name in ("last_used_from", "networks", "expires_at"):
        op.drop_column("api_keys", name)
