"""The tables of what belongs to an account: its keys and secrets, numbers, applications, repeated requests."""

from typing import Final

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, Table, text

from engine.model.call_options import AccountOptions, NumberOptions
from engine.model.callback import BodyFormat
from engine.store.data_kinds import ACCOUNT_LIFE, Whose, about, personal, technical
from engine.store.option_columns import option_columns
from engine.store.tables.schema import metadata
from engine.store.types import IDENTIFIER, EnumColumn, Names, Networks, Scopes, StoredText, UtcDateTime

accounts: Final = Table(
    "accounts",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    personal("name", StoredText, nullable=False, unique=True),
    technical("created_at", UtcDateTime, nullable=False),
    *option_columns(AccountOptions),
    technical("region", StoredText, nullable=False, server_default=text("''")),
    personal("spoken_name", StoredText, nullable=False, server_default=text("''")),
    technical("language", StoredText, nullable=False, server_default=text("''")),
    info=about(
        "Whose calls, numbers and keys these are.",
        Whose.CUSTOMERS,
        until=ACCOUNT_LIFE,
        searched=False,
    ),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    technical("digest", LargeBinary, nullable=False, unique=True),
    technical("hint", String(4), nullable=False),
    technical("created_at", UtcDateTime, nullable=False),
    personal("last_used_at", UtcDateTime),
    technical("revoked_at", UtcDateTime),
    technical("scopes", Scopes, nullable=False, server_default="calls"),
    technical("expires_at", UtcDateTime),
    technical("networks", Networks),
    personal("last_used_from", String(50)),
    info=about(
        "Who may use the REST interface; the keys themselves are hashed with the pepper.",
        Whose.CUSTOMERS,
        until=ACCOUNT_LIFE,
        searched=False,
    ),
)

account_secrets: Final = Table(
    "account_secrets",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    technical("secret", LargeBinary, nullable=False),
    technical("created_at", UtcDateTime, nullable=False),
    technical("expires_at", UtcDateTime),
    info=about(
        "Signs webhooks; encrypted with a key made from the pepper.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
        searched=False,
    ),
)

account_keys: Final = Table(
    "account_keys",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    technical("master", StoredText, nullable=False),
    technical("wrapped", LargeBinary, nullable=False),
    technical("created_at", UtcDateTime, nullable=False),
    info=about(
        "Wraps the keys of an account's recordings; itself wrapped in the master key.",
        Whose.NOBODY,
        until=ACCOUNT_LIFE,
    ),
)

numbers: Final = Table(
    "numbers",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    personal("e164", String(16), nullable=False, unique=True),
    technical("created_at", UtcDateTime, nullable=False),
    personal("url", StoredText),
    personal("fallback_url", StoredText),
    technical("method", String(4), nullable=False, server_default="POST"),
    technical("fallback_method", String(4), nullable=False, server_default="POST"),
    technical("webhook_format", EnumColumn(BodyFormat), nullable=False, server_default="form"),
    *option_columns(NumberOptions),
    personal("friendly_name", StoredText),
    technical("application_id", IDENTIFIER, index=True),
    info=about(
        "Which number belongs to which account, and what answers calls to it.",
        Whose.CUSTOMERS,
        until="until the number is removed",
        searched=False,
    ),
)

applications: Final = Table(
    "applications",
    metadata,
    technical("id", IDENTIFIER, primary_key=True),
    technical("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    personal("friendly_name", StoredText, nullable=False),
    technical("created_at", UtcDateTime, nullable=False),
    technical("updated_at", UtcDateTime, nullable=False),
    personal("url", StoredText),
    technical("method", String(4), nullable=False),
    personal("fallback_url", StoredText),
    technical("fallback_method", String(4), nullable=False),
    personal("status_callback", StoredText),
    technical("status_callback_method", String(4), nullable=False),
    technical("status_callback_events", Names, nullable=False),
    info=about(
        "What answers the calls of numbers and orders that name it.",
        Whose.CUSTOMERS,
        until="until the application is removed",
        searched=False,
    ),
)

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    technical("account_id", ForeignKey("accounts.id"), primary_key=True),
    personal("key", String(255), primary_key=True),
    technical("fingerprint", String(64), nullable=False, told=False),
    technical("created_at", UtcDateTime, nullable=False, index=True),
    technical("status", Integer),
    personal("body", StoredText),
    personal("location", StoredText),
    info=about(
        "Answers a repeated request as the first.",
        Whose.CALLERS,
        until="24 hours",
    ),
)
