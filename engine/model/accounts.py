"""Accounts and their API keys, as they are stored. Every other row belongs to an account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from engine.model.call_options import AccountOptions

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Scope(StrEnum):
    """The scopes of an API key: what it may be used for."""

    CALLS = "calls"
    """The next three together."""
    CALLS_READ = "calls:read"
    """Calls, conferences and queues are looked at."""
    CALLS_WRITE = "calls:write"
    """They are begun, changed and ended."""
    RECORDINGS = "recordings"
    """Recordings are listed, heard and deleted."""
    PRIVACY = "privacy"
    METRICS = "metrics"
    """Of the whole node: no account's customer needs it."""
    ADMIN = "admin"
    """Of the whole node too: its trunks, and all accounts' keys."""


CALLS_ONLY: Final = frozenset({Scope.CALLS})
_INCLUDED: Final[Mapping[Scope, frozenset[Scope]]] = {
    Scope.CALLS: frozenset({Scope.CALLS_READ, Scope.CALLS_WRITE, Scope.RECORDINGS}),
}


def allowed(scopes: frozenset[Scope], wanted: Scope) -> bool:
    """Whether a key with these scopes may do what wants this one."""
    return wanted in scopes or any(wanted in _INCLUDED.get(each, ()) for each in scopes)


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, who has calls, numbers and keys; the name is unique. `options` are chosen for its calls.

    Its calls are carried by nodes of its `region` alone; empty: by any. People hear its `spoken_name` before a program
    speaks to them; empty: none may. Where there is no notice in a call's language, it is said in the account's
    `language` (BCP 47), in English where that is empty.
    """

    id: str
    name: str
    created_at: datetime
    options: AccountOptions = AccountOptions()
    region: str = ""
    spoken_name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it is stored: not the key itself, only its last four characters (`hint`).

    `last_used_at` is exact to a minute, and `last_used_from` to the network (as 203.0.113.0/24). A key with
    `revoked_at` opens nothing any more, nor does one from `expires_at` on. Where there are `networks`, it is of use to
    clients in one of them alone.
    """

    id: str
    account_id: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    scopes: frozenset[Scope] = CALLS_ONLY
    expires_at: datetime | None = None
    networks: tuple[Network, ...] = ()
    last_used_from: str | None = None

    def in_use(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated client of a request: the account, and which of its keys opened it for what."""

    account: Account
    key_id: str
    scopes: frozenset[Scope]
