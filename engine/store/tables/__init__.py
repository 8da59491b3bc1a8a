"""Every table as it is now, by noun; each column says whether it tells of a person.

What led here is told by migrations/; a test holds the two against each other.

Columns are named as the fields of the dataclasses that they hold, so rows and values need no mapping.
"""

from engine.store.tables.accounts import account_keys, account_secrets, accounts, api_keys, idempotency_keys, numbers
from engine.store.tables.calls import CallbackState, call_events, call_totals, calls, outbox, webhook_exchanges
from engine.store.tables.conferences import conferences, participants, queue_waits, queues
from engine.store.tables.privacy import audit, audit_head, legal_holds, retention_periods
from engine.store.tables.recordings import MoveState, consent_texts, consents, object_moves, recordings
from engine.store.tables.schema import metadata

__all__ = [
    "CallbackState",
    "MoveState",
    "account_keys",
    "account_secrets",
    "accounts",
    "api_keys",
    "audit",
    "audit_head",
    "call_events",
    "call_totals",
    "calls",
    "conferences",
    "consent_texts",
    "consents",
    "idempotency_keys",
    "legal_holds",
    "metadata",
    "numbers",
    "object_moves",
    "outbox",
    "participants",
    "queue_waits",
    "queues",
    "recordings",
    "retention_periods",
    "webhook_exchanges",
]
