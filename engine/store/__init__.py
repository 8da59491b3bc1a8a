"""What is kept: accounts, secrets, numbers, calls, callbacks, webhooks, conferences, queues, recordings; each apart.

A store is loaded when it is first asked for (PEP 562): a command needs one or two of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from engine.store.account_keys import AccountKey as AccountKey
    from engine.store.account_keys import AccountKeys as AccountKeys
    from engine.store.account_secrets import AccountSecret as AccountSecret
    from engine.store.account_secrets import AccountSecrets as AccountSecrets
    from engine.store.accounts import Accounts as Accounts
    from engine.store.audit import Audit as Audit
    from engine.store.calls import CallEvent as CallEvent
    from engine.store.calls import CallFilter as CallFilter
    from engine.store.calls import Calls as Calls
    from engine.store.calls import EventFilter as EventFilter
    from engine.store.conferences import Conferences as Conferences
    from engine.store.connections import Job as Job
    from engine.store.consents import Consents as Consents
    from engine.store.database import Database as Database
    from engine.store.exchanges import Exchanges as Exchanges
    from engine.store.holds import Holds as Holds
    from engine.store.idempotency import IdempotencyKeys as IdempotencyKeys
    from engine.store.moves import Move as Move
    from engine.store.moves import Moves as Moves
    from engine.store.numbers import Numbers as Numbers
    from engine.store.outbox import NewCallback as NewCallback
    from engine.store.outbox import Outbox as Outbox
    from engine.store.outbox import PendingCallback as PendingCallback
    from engine.store.queues import Queues as Queues
    from engine.store.recordings import RecordingFilter as RecordingFilter
    from engine.store.recordings import Recordings as Recordings
    from engine.store.stores import Stores as Stores
    from engine.store.stores import open_stores as open_stores

_MODULES: Final = {
    "account_keys": ("AccountKey", "AccountKeys"),
    "account_secrets": ("AccountSecret", "AccountSecrets"),
    "accounts": ("Accounts",),
    "audit": ("Audit",),
    "calls": ("CallEvent", "CallFilter", "Calls", "EventFilter"),
    "conferences": ("Conferences",),
    "connections": ("Job",),
    "consents": ("Consents",),
    "database": ("Database",),
    "exchanges": ("Exchanges",),
    "holds": ("Holds",),
    "idempotency": ("IdempotencyKeys",),
    "moves": ("Move", "Moves"),
    "numbers": ("Numbers",),
    "outbox": ("NewCallback", "Outbox", "PendingCallback"),
    "queues": ("Queues",),
    "recordings": ("RecordingFilter", "Recordings"),
    "stores": ("Stores", "open_stores"),
}
"""The names that each has."""


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
