"""What may be asked for a call: how its flow is requested, keys, a name, a time limit, the shape of its recording."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_METHODS = ("method", "fallback_method")
_OF_NUMBER = """
UPDATE calls SET method = (SELECT numbers.method FROM numbers WHERE numbers.e164 = calls.from_)
WHERE id IN (SELECT call_id FROM queued_calls WHERE by_number)
AND EXISTS (SELECT 1 FROM numbers WHERE numbers.e164 = calls.from_)
"""
_CHOSEN: Final[Mapping[str, TypeEngine[Any]]] = {
    "time_limit_s": sa.Integer(),
    "send_digits": sa.Text(),
    "caller_name": sa.Text(),
    "recording_channels": sa.String(length=20),
    "recording_track": sa.String(length=20),
    "recording_trim": sa.String(length=20),
    "recording_status_callback": sa.Text(),
    "recording_status_callback_method": sa.String(length=4),
    "recording_status_callback_events": sa.Text(),
}


def upgrade() -> None:
    """Add the columns; nothing is chosen, and calls that wait for their turn are requested as their number says."""
    for name in _METHODS:
        op.add_column("calls", sa.Column(name, sa.String(length=4), nullable=False, server_default="POST"))
    for name, kind in _CHOSEN.items():
        op.add_column("calls", sa.Column(name, kind, nullable=True))
    op.execute(_OF_NUMBER)


def downgrade() -> None:
    """Forget them."""
    for name in (*reversed(tuple(_CHOSEN)), *reversed(_METHODS)):
        op.drop_column("calls", name)
