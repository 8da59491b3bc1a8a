"""Prepaid balances with their reservations and ledger, the paces of accounts, and the calls that wait for a turn."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import SERIAL, UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; without rows no account is prepaid or paced, as before."""
    op.create_table(
        "balances",
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("prepaid", sa.Boolean(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("available >= 0", name="ck_balances_available"),
        sa.CheckConstraint("reserved >= 0", name="ck_balances_reserved"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_balances_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_balances"),
    )
    op.create_table(
        "balance_reservations",
        sa.Column("call_id", sa.String(length=34), nullable=False),
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_balance_reservations_account_id"),
        sa.PrimaryKeyConstraint("call_id", name="pk_balance_reservations"),
    )
    op.create_table(
        "balance_entries",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("short", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_balance_entries_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_balance_entries"),
        sa.UniqueConstraint("account_id", "kind", "key", name="uq_balance_entries_account_id_kind_key"),
    )
    op.create_index("ix_balance_entries_account_id", "balance_entries", ["account_id"])
    op.create_table(
        "account_paces",
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("calls_per_s", sa.Float(), nullable=True),
        sa.Column("calls_at_once", sa.Integer(), nullable=True),
        sa.Column("most_queued", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_paces_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_paces"),
    )
    op.create_table(
        "queued_calls",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=34), nullable=False),
        sa.Column("account_id", sa.String(length=34), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("hides_caller", sa.Boolean(), nullable=False),
        sa.Column("by_number", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_queued_calls_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queued_calls"),
        sa.UniqueConstraint("call_id", name="uq_queued_calls_call_id"),
    )


def downgrade() -> None:
    """Forget all of them."""
    op.drop_table("queued_calls")
    op.drop_table("account_paces")
    op.drop_table("balance_entries")
    op.drop_table("balance_reservations")
    op.drop_table("balances")
