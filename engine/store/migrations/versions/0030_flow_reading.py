"""How call flows are read, chosen by accounts, numbers and calls; and the mistakes that were passed over in them."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_CHOOSING = ("accounts", "numbers", "calls")


def upgrade() -> None:
    """Add the columns; nothing is chosen."""
    for name in _CHOOSING:
        op.add_column(name, sa.Column("flow_reading", sa.String(length=20), nullable=True))
    op.add_column("webhook_exchanges", sa.Column("warnings", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget them: mistakes in call flows are refused again."""
    op.drop_column("webhook_exchanges", "warnings")
    for name in reversed(_CHOOSING):
        op.drop_column(name, "flow_reading")
