"""Recordings: marks, tones between, and what is to be done with one at its end, so that another process can do it."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BEEPING = ("accounts", "numbers", "calls")


def upgrade() -> None:
    """Add them."""
    with op.batch_alter_table("recordings") as recordings:
        recordings.add_column(sa.Column("marks", sa.JSON()))
        recordings.add_column(sa.Column("trim", sa.Boolean(), nullable=False, server_default=sa.false()))
        recordings.add_column(sa.Column("callback", sa.JSON()))
        recordings.add_column(sa.Column("told_on", IDENTIFIER))
    for name in _BEEPING:
        op.add_column(name, sa.Column("recording_beep_s", sa.Integer()))


def downgrade() -> None:
    """Forget them."""
    for name in reversed(_BEEPING):
        op.drop_column(name, "recording_beep_s")
    with op.batch_alter_table("recordings") as recordings:
        for name in ("told_on", "callback", "trim", "marks"):
            recordings.drop_column(name)
