"""What a registrar says in its own words, and when it is asked again."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns."""
    with op.batch_alter_table("trunk_registrations") as registrations:
        registrations.add_column(sa.Column("words", sa.Text(), nullable=False, server_default=""))
        registrations.add_column(sa.Column("again_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("trunk_registrations") as registrations:
        registrations.alter_column("words", server_default=None)


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("trunk_registrations") as registrations:
        registrations.drop_column("again_at")
        registrations.drop_column("words")
