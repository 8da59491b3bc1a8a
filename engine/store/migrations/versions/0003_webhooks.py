"""Webhooks: signing secrets, the ledger of exchanges, methods and body formats."""

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, UtcDateTime

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there goes on as before: POST, with a form."""
    op.create_table(
        "account_secrets",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_secrets_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_secrets"),
    )
    op.create_index("ix_account_secrets_account_id", "account_secrets", ["account_id"])
    op.create_table(
        "webhook_exchanges",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("request_id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("call_id", IDENTIFIER),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("method", sa.String(4), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.Column("retried_because", sa.String(3)),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_webhook_exchanges_account_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_webhook_exchanges_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_exchanges"),
    )
    op.create_index("ix_webhook_exchanges_call_id_at", "webhook_exchanges", ["call_id", "at"])
    op.create_index("ix_webhook_exchanges_account_id_at", "webhook_exchanges", ["account_id", "at"])
    op.add_column("outbox", sa.Column("method", sa.String(4), nullable=False, server_default="POST"))
    op.add_column("numbers", sa.Column("method", sa.String(4), nullable=False, server_default="POST"))
    op.add_column("numbers", sa.Column("fallback_method", sa.String(4), nullable=False, server_default="POST"))
    op.add_column("numbers", sa.Column("webhook_format", sa.String(20), nullable=False, server_default="form"))


def downgrade() -> None:
    """Bring the tables back to what they were before."""
    for table, column in (
        ("numbers", "webhook_format"),
        ("numbers", "fallback_method"),
        ("numbers", "method"),
        ("outbox", "method"),
    ):
        op.drop_column(table, column)
    op.drop_table("webhook_exchanges")
    op.drop_table("account_secrets")
