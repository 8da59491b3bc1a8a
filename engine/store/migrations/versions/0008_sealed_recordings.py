"""Keys of accounts, and of each recording that is sealed."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; recordings without a key are plain WAV."""
    op.create_table(
        "account_keys",
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("master", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_keys_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_keys"),
    )
    with op.batch_alter_table("recordings") as recordings:
        recordings.add_column(sa.Column("wrapped_key", sa.LargeBinary()))


def downgrade() -> None:
    """Forget them: what is sealed can't be opened after it."""
    with op.batch_alter_table("recordings") as recordings:
        recordings.drop_column("wrapped_key")
    op.drop_table("account_keys")
