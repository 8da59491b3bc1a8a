"""What is kept: calls, accounts, numbers, callbacks, conferences, recordings; one repository a noun."""

from engine.store.accounts import Accounts
from engine.store.calls import CallEvent, CallFilter, Calls
from engine.store.conferences import Conferences
from engine.store.database import Database
from engine.store.numbers import Numbers
from engine.store.outbox import NewCallback, Outbox, PendingCallback
from engine.store.recordings import Recordings

__all__ = [
    "Accounts",
    "CallEvent",
    "CallFilter",
    "Calls",
    "Conferences",
    "Database",
    "NewCallback",
    "Numbers",
    "Outbox",
    "PendingCallback",
    "Recordings",
]
