"""Consent: policies that were chosen, records of what was asked and answered, accounts' own texts."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHOOSING = ("accounts", "numbers", "calls")


def upgrade() -> None:
    """Add what is kept of it."""
    for name in _CHOOSING:
        op.add_column(name, sa.Column("consent", sa.JSON()))
    op.add_column("recordings", sa.Column("consent", IDENTIFIER))
    op.add_column("recordings", sa.Column("unwanted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "consents",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("call_id", IDENTIFIER, nullable=False),
        sa.Column("conference_id", IDENTIFIER),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(20), nullable=False),
        sa.Column("basis", sa.Text()),
        sa.Column("given", sa.String(20), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("digit", sa.String(4)),
        sa.Column("wording", sa.Text()),
        sa.Column("wording_version", sa.Text()),
        sa.Column("language", sa.String(16)),
        sa.Column("offset_s", sa.Float(53)),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("given_by", sa.Text()),
        sa.Column("given_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_consents_account_id_accounts"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_consents_call_id_calls"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_account_id", "consents", ["account_id"])
    op.create_index("ix_consents_conference_id", "consents", ["conference_id"])
    op.create_index("ix_consents_number", "consents", ["number"])
    op.create_index("ix_consents_call_id_at", "consents", ["call_id", "at"])
    op.create_table(
        "consent_texts",
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("sentence", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_consent_texts_account_id_accounts"),
        sa.PrimaryKeyConstraint("account_id", "sentence", "language", "version", name="pk_consent_texts"),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("consent_texts")
    op.drop_table("consents")
    op.drop_column("recordings", "unwanted")
    op.drop_column("recordings", "consent")
    for name in reversed(_CHOOSING):
        op.drop_column(name, "consent")
