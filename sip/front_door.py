"""The front door, which turns strangers away in C++ before anything else sees their messages, as Python tells it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import pjsua2 as pj

from engine.model.ban import (
    BanReason,
    DoorNews,
    SourceBan,
    TurnedAwayMessages,
    TurnedAwayReason,
    UnheardCalls,
    holder_of,
)
from engine.model.storable import storable
from engine.model.trunk import KnownBy
from sip.config import SipConfig
from sip.trunks.accounts import TrunkAccounts
from sip.trunks.sources import Address, Network, address_in, allowed_networks

ASKED_PER_S: Final = 50.0
"""INVITEs of all strangers together that are asked for a password, so that forged sources don't keep Python busy."""
MOST_SOURCES: Final = 8192
"""Addresses of strangers that are kept at once, some 200 bytes each."""


class FrontDoor:
    """Lives on the SIP thread."""

    def __init__(self, config: SipConfig, accounts: TrunkAccounts) -> None:
        self._config = config
        self._accounts = accounts
        self._nodes: frozenset[Address] = frozenset()

    def open(self) -> None:
        """Stand before the library until the endpoint ends, unless anybody may call."""
        if self._config.any_source:
            return
        rules, allowed = pj.FrontDoorRules(), self._config.strangers
        rules.refuses = allowed.are_refused
        rules.messagesPerS = allowed.messages_per_s
        rules.invitesPerS = allowed.invites_per_s
        rules.wrongPasswordsPerMin = allowed.wrong_passwords_per_min
        rules.malformedPerMin = allowed.malformed_per_min
        rules.askedPerS = ASKED_PER_S
        rules.mostSources = MOST_SOURCES
        rules.peerInvitesPerS = self._config.peers.invites_per_s
        rules.peerWrongNumbersPerS = self._config.peers.wrong_numbers_per_s
        pj.open_front_door(rules)
        self.know()

    def use_nodes(self, nodes: frozenset[Address]) -> None:
        """Let INVITEs of these addresses come in: they are nodes of ours. What they are is proved by each."""
        self._nodes = nodes
        self.know()

    def know(self) -> None:
        """Hear the trunks that are in use, and who is allowed without one; to be called when either changes."""
        if self._config.any_source:
            return
        taking = [each for each in self._accounts.trunks if each.takes_calls]
        hosts = self._nodes | {
            address for each in taking for address in self._accounts.addresses.get(each.name, frozenset())
        }
        proxies = map(str, self._config.proxies)
        networks = [*map(str, allowed_networks(self._config.allow)), *map(str, hosts), *proxies]
        known = pj.KnownSources()
        known.networks = pj.StringVector(networks)
        known.spared = pj.StringVector([*networks, *map(str, self._config.strangers.never_banned)])
        known.byPassword = any(each.known_by is KnownBy.DIGEST for each in taking)
        known.byCertificate = any(each.known_by is KnownBy.TLS for each in taking)
        pj.use_known_sources(known)

    def proved(self, source: str) -> None:
        """Who sends from "address:port" has given a trunk's password, or shown its certificate."""
        if not self._config.any_source:
            pj.source_proved(str(address_in(source)))

    def mistook(self, source: str) -> None:
        """Who sends from "address:port" has given a wrong password."""
        if not self._config.any_source:
            pj.source_mistook(str(address_in(source)))

    def ban(self, ban: SourceBan, now: datetime) -> None:
        """Hear nothing of a source until the ban's end, whoever made it."""
        if self._config.any_source:
            return
        given = pj.SourceBan()
        given.source, given.times, given.why = str(ban.source.network_address), ban.times, ban.reason.value
        given.leftS = (ban.until - now).total_seconds()
        pj.ban_source(given)

    def lift(self, source: Network) -> bool:
        """Hear a source again; whether it was banned."""
        return not self._config.any_source and bool(pj.lift_ban(str(source.network_address)))

    def take_news(self) -> DoorNews:
        """What was done since it was last asked."""
        now = datetime.now(UTC)
        return DoorNews(
            tuple(
                TurnedAwayMessages(TurnedAwayReason(str(each.reason)), str(each.method), int(each.count))
                for each in pj.take_turned_away()
            ),
            _calls(pj.take_strangers_calls()),
            _calls(pj.take_peers_calls()),
            tuple(_ban(each, now) for each in pj.take_new_bans()),
        )


def _calls(told: Iterable[pj.UnheardCalls]) -> tuple[UnheardCalls, ...]:
    return tuple(UnheardCalls(str(each.source), storable(str(each.number)), int(each.count)) for each in told)


def _ban(told: pj.SourceBan, now: datetime) -> SourceBan:
    until = now + timedelta(seconds=float(told.leftS))
    return SourceBan(holder_of(str(told.source)), BanReason(str(told.why)), int(told.times), now, until)
