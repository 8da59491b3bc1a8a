"""What limits and paces of all nodes are counted by; a call that waits for its turn is no node's any more."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; no call has begun lately, and who waits has a line."""
    op.create_table(
        "call_rates",
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("moments", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("level", "subject", name="pk_call_rates"),
    )
    op.create_table(
        "account_lines",
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=True),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_lines_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_lines"),
    )
    op.create_table(
        "paced_calls",
        sa.Column("call_id", sa.String(length=34), nullable=False),
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_paced_calls_account_id"),
        sa.PrimaryKeyConstraint("call_id", name="pk_paced_calls"),
    )
    op.create_index("ix_paced_calls_account_id", "paced_calls", ["account_id"])
    op.create_table(
        "trunk_shares",
        sa.Column("trunk", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("limited", sa.String(length=20), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("wants", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("trunk", "direction", "limited", "node", name="pk_trunk_shares"),
    )
    op.add_column("queued_calls", sa.Column("claimed_by", sa.Text(), nullable=True))
    op.create_index("ix_queued_calls_account_id_id", "queued_calls", ["account_id", "id"])
    op.execute("INSERT INTO account_lines (account_id, turn) SELECT DISTINCT account_id, 0 FROM queued_calls")
    op.execute("UPDATE calls SET node = '' WHERE id IN (SELECT call_id FROM queued_calls)")


def downgrade() -> None:
    """Forget them; who waits is the node's that was asked."""
    op.execute(
        "UPDATE calls SET node = (SELECT node FROM queued_calls WHERE call_id = calls.id) "
        "WHERE id IN (SELECT call_id FROM queued_calls)"
    )
    op.drop_index("ix_queued_calls_account_id_id", "queued_calls")
    op.drop_column("queued_calls", "claimed_by")
    op.drop_table("trunk_shares")
    op.drop_table("paced_calls")
    op.drop_table("account_lines")
    op.drop_table("call_rates")
