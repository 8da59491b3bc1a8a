"""Accounts and their API keys, as they are stored. Every other row belongs to an account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.model.call_options import AccountOptions


class Scope(StrEnum):
    """The scopes of an API key: what it may be used for."""

    CALLS = "calls"
    PRIVACY = "privacy"
    METRICS = "metrics"
    """Of the whole node: no account's customer needs it."""
    ADMIN = "admin"
    """Of the whole node too: its trunks."""


CALLS_ONLY: Final = frozenset({Scope.CALLS})


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, who has calls, numbers and keys; the name is unique. `options` are chosen for its calls."""

    id: str
    name: str
    created_at: datetime
    options: AccountOptions = AccountOptions()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it is stored: not the key itself, only its last four characters (`hint`).

    `last_used_at` is exact to a minute; a key with `revoked_at` opens nothing any more.
    """

    id: str
    account_id: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    scopes: frozenset[Scope] = CALLS_ONLY


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated client of a request: the account, and which of its keys opened it for what."""

    account: Account
    key_id: str
    scopes: frozenset[Scope]
