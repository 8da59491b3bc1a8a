"""What is kept: accounts, secrets, numbers, calls, callbacks, webhooks, conferences, queues, recordings; each apart."""

from engine.store.account_keys import AccountKey, AccountKeys
from engine.store.account_secrets import AccountSecret, AccountSecrets
from engine.store.accounts import Accounts
from engine.store.audit import Audit
from engine.store.calls import CallEvent, CallFilter, Calls, EventFilter
from engine.store.conferences import Conferences
from engine.store.connections import Job
from engine.store.consents import Consents
from engine.store.database import Database
from engine.store.exchanges import Exchanges
from engine.store.holds import Holds
from engine.store.idempotency import IdempotencyKeys
from engine.store.moves import Move, Moves
from engine.store.numbers import Numbers
from engine.store.outbox import NewCallback, Outbox, PendingCallback
from engine.store.queues import Queues
from engine.store.recordings import RecordingFilter, Recordings

__all__ = [
    "AccountKey",
    "AccountKeys",
    "AccountSecret",
    "AccountSecrets",
    "Accounts",
    "Audit",
    "CallEvent",
    "CallFilter",
    "Calls",
    "Conferences",
    "Consents",
    "Database",
    "EventFilter",
    "Exchanges",
    "Holds",
    "IdempotencyKeys",
    "Job",
    "Move",
    "Moves",
    "NewCallback",
    "Numbers",
    "Outbox",
    "PendingCallback",
    "Queues",
    "RecordingFilter",
    "Recordings",
]
