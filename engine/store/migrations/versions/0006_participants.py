"""How people take part in conferences, and rooms that are locked."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is kept of them."""
    with op.batch_alter_table("conferences") as conferences:
        conferences.add_column(sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("participants") as participants:
        participants.add_column(sa.Column("label", sa.Text()))
        participants.add_column(sa.Column("deaf", sa.Boolean(), nullable=False, server_default=sa.false()))
        participants.add_column(sa.Column("coach", IDENTIFIER))
        participants.add_column(sa.Column("said_volume", sa.Integer(), nullable=False, server_default="100"))
        participants.add_column(sa.Column("heard_volume", sa.Integer(), nullable=False, server_default="100"))
        participants.add_column(sa.Column("end_on_exit", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("participants") as participants:
        for name in ("end_on_exit", "heard_volume", "said_volume", "coach", "deaf", "label"):
            participants.drop_column(name)
    with op.batch_alter_table("conferences") as conferences:
        conferences.drop_column("locked")
