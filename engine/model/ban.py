"""Sources of SIP of which nothing is heard for a time: they have sent more than they may, or an operator says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

FIRST_BAN: Final = timedelta(minutes=1)
"""Each that follows is twice as long, up to LONGEST_BAN; who behaves for a day after one begins anew."""
LONGEST_BAN: Final = timedelta(days=1)
HOLDERS_PREFIX: Final = 64
"""Bits of an address of IPv6 that tell who has it; all that follow are that holder's."""


Holder = IPv4Network | IPv6Network
"""Whom a ban holds for: an address of IPv4, or a /64 of IPv6."""


class BanReason(StrEnum):
    """What a source has sent too much of, or that somebody has banned it."""

    MESSAGES = "messages"
    INVITES = "invites"
    WRONG_PASSWORDS = "wrong-passwords"
    MALFORMED = "malformed"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class SourceBan:
    """A ban of an address of IPv4 or of a /64 of IPv6; `times` counts those that followed each other, from 1."""

    source: Holder
    reason: BanReason
    times: int
    since: datetime
    until: datetime


class TurnedAwayReason(StrEnum):
    """Why a message was turned away before anybody looked at it."""

    STRANGER = "stranger"
    LIMIT = "limit"
    BANNED = "banned"
    MALFORMED = "malformed"
    PEER_LIMIT = "peer-limit"
    """Its address may call, and begins more calls than it may."""


@dataclass(frozen=True, slots=True)
class TurnedAwayMessages:
    """Messages that were turned away alike; `method` is empty where it was not read."""

    reason: TurnedAwayReason
    method: str
    count: int


@dataclass(frozen=True, slots=True)
class UnheardCalls:
    """INVITEs of an address to a number; both are empty where too many are told apart."""

    source: str
    number: str
    count: int


@dataclass(frozen=True, slots=True)
class DoorNews:
    """What the front door has done since it was last asked."""

    messages: Sequence[TurnedAwayMessages] = ()
    calls: Sequence[UnheardCalls] = ()
    """Those of strangers."""
    peers_calls: Sequence[UnheardCalls] = ()
    """Those of who may call, beyond what is taken of one address."""
    bans: Sequence[SourceBan] = ()


def holder_of(address: str) -> Holder:
    """Whom a ban of an address holds for: the address itself, and of IPv6 its /64.

    Takes a network of exactly that size too. Raises ValueError for all else.
    """
    host, slash, prefix = address.partition("/")
    network = ip_network(host)
    if network.version == 6:
        network = ip_network(f"{host}/{HOLDERS_PREFIX}", strict=False)
    if slash and prefix != str(network.prefixlen):
        raise ValueError(f"a ban holds for an address of IPv4, or a /{HOLDERS_PREFIX} of IPv6")
    return network
