"""Disclosure that a program speaks: policies that were chosen, records, accounts' spoken names and own notices."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_CHOOSING = ("accounts", "numbers", "calls")


def upgrade() -> None:
    """Add what is kept of it; no account has a spoken name yet."""
    for name in _CHOOSING:
        op.add_column(name, sa.Column("disclosure", sa.JSON()))
    for column in ("spoken_name", "language"):
        op.add_column("accounts", sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.create_table(
        "disclosures",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("call_id", IDENTIFIER, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(20), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("text_version", sa.Text()),
        sa.Column("language", sa.String(16)),
        sa.Column("asserted_by", sa.Text()),
        sa.Column("asserted_at", UtcDateTime()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_disclosures_account_id_accounts"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_disclosures_call_id_calls"),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
    )
    op.create_index("ix_disclosures_account_id", "disclosures", ["account_id"])
    op.create_index("ix_disclosures_number", "disclosures", ["number"])
    op.create_index("ix_disclosures_call_id_begun_at", "disclosures", ["call_id", "begun_at"])
    op.create_table(
        "disclosure_texts",
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_disclosure_texts_account_id_accounts"),
        sa.PrimaryKeyConstraint("account_id", "language", "version", name="pk_disclosure_texts"),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("disclosure_texts")
    op.drop_table("disclosures")
    for column in ("language", "spoken_name"):
        op.drop_column("accounts", column)
    for name in reversed(_CHOOSING):
        op.drop_column(name, "disclosure")
