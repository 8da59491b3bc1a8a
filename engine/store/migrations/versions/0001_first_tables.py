"""The first tables: accounts, keys, numbers, calls, events, callbacks, conferences, recordings."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from engine.store.types import IDENTIFIER, SERIAL, Money, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES: Final = (
    "accounts",
    "api_keys",
    "calls",
    "conferences",
    "numbers",
    "call_events",
    "outbox",
    "participants",
    "recordings",
)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "accounts",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.String(4), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime()),
        sa.Column("revoked_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_api_keys_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"])
    op.create_table(
        "calls",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("direction", sa.String(20), nullable=False),
        sa.Column("from_", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("start_time", UtcDateTime(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("answer_time", UtcDateTime()),
        sa.Column("end_time", UtcDateTime()),
        sa.Column("url", sa.Text()),
        sa.Column("fallback_url", sa.Text()),
        sa.Column("flow", sa.Text()),
        sa.Column("status_callback", sa.Text()),
        sa.Column("timeout_s", sa.Integer(), nullable=False),
        sa.Column("record", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("parent_id", IDENTIFIER),
        sa.Column("sip_call_id", sa.Text()),
        sa.Column("sip_code", sa.Integer()),
        sa.Column("sip_reason", sa.Text()),
        sa.Column("q850_cause", sa.Integer()),
        sa.Column("attempts", sa.JSON(), nullable=False),
        sa.Column("price", Money()),
        sa.Column("price_unit", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_calls_account_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["calls.id"], name="fk_calls_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_account_id_start_time_id", "calls", ["account_id", "start_time", "id"])
    op.create_index("ix_calls_parent_id", "calls", ["parent_id"])
    op.create_index("ix_calls_status_node", "calls", ["status", "node"])
    op.create_table(
        "conferences",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("friendly_name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("date_created", UtcDateTime(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("max_participants", sa.Integer(), nullable=False),
        sa.Column("record", sa.Boolean(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_conferences_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conferences"),
    )
    op.create_index("ix_conferences_account_id_date_created_id", "conferences", ["account_id", "date_created", "id"])
    op.create_index(
        "ix_conferences_account_id_friendly_name_status", "conferences", ["account_id", "friendly_name", "status"]
    )
    op.create_index("ix_conferences_status_node", "conferences", ["status", "node"])
    op.create_table(
        "numbers",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("e164", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("fallback_url", sa.Text()),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("record", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_numbers_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_numbers"),
        sa.UniqueConstraint("e164", name="uq_numbers_e164"),
    )
    op.create_index("ix_numbers_account_id", "numbers", ["account_id"])
    op.create_table(
        "call_events",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("call_id", IDENTIFIER, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_events_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_events"),
    )
    op.create_index("ix_call_events_call_id_id", "call_events", ["call_id", "id"])
    op.create_table(
        "outbox",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("call_id", IDENTIFIER, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime()),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_outbox_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("call_id", "sequence", name="uq_outbox_call_id_sequence"),
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_table(
        "participants",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("conference_id", IDENTIFIER, nullable=False),
        sa.Column("call_id", IDENTIFIER, nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime()),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_participants_call_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_participants_conference_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participants"),
    )
    op.create_index("ix_participants_call_id", "participants", ["call_id"])
    op.create_index("ix_participants_conference_id_left_at", "participants", ["conference_id", "left_at"])
    op.create_table(
        "recordings",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("account_id", IDENTIFIER, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("rate_hz", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("call_id", IDENTIFIER),
        sa.Column("conference_id", IDENTIFIER),
        sa.Column("seconds", sa.Float(53)),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_recordings_account_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_recordings_call_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_recordings_conference_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
    )
    op.create_index("ix_recordings_account_id_started_at_id", "recordings", ["account_id", "started_at", "id"])
    op.create_index("ix_recordings_call_id", "recordings", ["call_id"])
    op.create_index("ix_recordings_conference_id", "recordings", ["conference_id"])
    op.create_index("ix_recordings_status_node", "recordings", ["status", "node"])


def downgrade() -> None:
    """Drop them, those that refer to others first."""
    for table in reversed(_TABLES):
        op.drop_table(table)
