"""What conferences are like, their PINs and moderators, and recordings that begin with silence to be aligned."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is kept of them."""
    with op.batch_alter_table("conferences") as conferences:
        conferences.add_column(sa.Column("options", sa.JSON()))
        conferences.add_column(sa.Column("pin", sa.LargeBinary()))
        conferences.add_column(sa.Column("moderator_pin", sa.LargeBinary()))
    with op.batch_alter_table("participants") as participants:
        participants.add_column(sa.Column("moderator", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("recordings") as recordings:
        recordings.add_column(sa.Column("lead_s", sa.Float(53), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("recordings") as recordings:
        recordings.drop_column("lead_s")
    with op.batch_alter_table("participants") as participants:
        participants.drop_column("moderator")
    with op.batch_alter_table("conferences") as conferences:
        for name in ("moderator_pin", "pin", "options"):
            conferences.drop_column(name)
