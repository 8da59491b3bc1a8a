"""Consent policies for single purposes, chosen by accounts, numbers and calls."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_CHOOSING = ("accounts", "numbers", "calls")
_OPTIONS = ("consent_to_transcription", "consent_to_streaming", "consent_to_recording_elsewhere")


def upgrade() -> None:
    """Add the columns; nothing is chosen, so that the policy of recording holds for all."""
    for name in _CHOOSING:
        for option in _OPTIONS:
            op.add_column(name, sa.Column(option, sa.JSON()))


def downgrade() -> None:
    """Forget what was chosen."""
    for name in reversed(_CHOOSING):
        for option in reversed(_OPTIONS):
            op.drop_column(name, option)
