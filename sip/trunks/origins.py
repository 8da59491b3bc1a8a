"""Tells whose trunk's a call is that comes in: by its certificate, by its source, or by its answer to a challenge."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from engine.model.refusal import RefusalRule
from engine.model.trunk import AddressFamily, KnownBy, Trunk
from sip.addresses import called_users
from sip.config import SipConfig
from sip.message import Message
from sip.outsiders import DROPPED, Outsider
from sip.requests import StatelessResponse
from sip.trunks.accounts import TrunkAccounts
from sip.trunks.client_certificates import trunk_of_certificate
from sip.trunks.digest import DigestAnswer, DigestChallenges
from sip.trunks.digest_nonces import DigestNonces
from sip.trunks.line import TrunkLine
from sip.trunks.sources import address_in, allowed_networks, is_allowed, is_asked, is_host, of_several, trunk_of_source

_NOT_ITS: Final = StatelessResponse(403, why="It is not whom the dialog is with")
WRONG_PASSWORD: Final = "It has not the user and the password of a trunk"


@dataclass(frozen=True, slots=True)
class CallOrigin:
    """The trunk that a call comes from; None where it is no trunk's.

    `challenge` is the answer that asks who calls, `refused_by` the rule that refuses what was said to another before.
    """

    line: TrunkLine | None = None
    challenge: StatelessResponse | None = None
    refused_by: RefusalRule | None = None


NO_TRUNKS: Final = CallOrigin()


class SourceWitness(Protocol):
    """Who is told which sources, as "address:port", have proved to be a trunk's, and which gave a wrong password."""

    def proved(self, source: str) -> None: ...

    def mistook(self, source: str) -> None: ...


class CallOrigins:
    """Finds them by the trunks that are in use. Lives on the SIP thread."""

    def __init__(self, config: SipConfig, accounts: TrunkAccounts, witness: SourceWitness) -> None:
        self._config = config
        self._accounts = accounts
        self._witness = witness
        self._allowed = allowed_networks(config.allow)
        self._challenges = DigestChallenges(DigestNonces(time.time))

    def is_stranger(self, source: str) -> bool:
        """Whether who sends from this address may not call, as far as the address tells."""
        if self._is_allowed(source):
            return False
        return trunk_of_source(self._accounts.trunks, self._accounts.addresses, address_in(source), ()) is None

    def is_unknown(self, source: str, certificates: str) -> bool:
        """Whether who sends from this address, with these certificates, may not even ask whether we are there."""
        if self._is_allowed(source) or is_allowed(source, self._config.proxies):
            return False
        if certificates and self._by_certificate(source, (), certificates) is not None:
            return False
        return not is_host(self._accounts.trunks, self._accounts.addresses, address_in(source))

    def asking(self, source: str, message: Message, certificates: str) -> Trunk | None:
        """The trunk that asks whether we are there, as far as its certificate or its address tells."""
        users = called_users(message)
        if certificates and (found := self._by_certificate(source, users, certificates)) is not None:
            return found
        trunks, addresses, address = self._accounts.trunks, self._accounts.addresses, address_in(source)
        return of_several([each for each in trunks if is_host([each], addresses, address)], users)

    def of(self, source: str, message: Message, certificates: str) -> CallOrigin:
        """The origin of an INVITE. `certificates` are what its connection has shown, as PEM; empty if none."""
        if not (trunks := self._accounts.trunks):
            return NO_TRUNKS  # most nodes that are called have none, and this is asked for each call
        users = called_users(message)
        found = self._by_certificate(source, users, certificates) if certificates else None
        found = found or trunk_of_source(trunks, self._accounts.addresses, address_in(source), users)
        if found is not None:
            return CallOrigin(self._accounts.line(found.name))
        return self._by_digest(source, message)

    def of_outsider(self, outsider: Outsider) -> StatelessResponse | None:
        """The answer to a message from elsewhere than where its dialog is; None where its sender may speak within it.

        That is who is the dialog's trunk all the same: at another of its addresses, by its certificate or its password.
        """
        address, trunk = address_in(outsider.source), outsider.trunk
        addresses = self._accounts.addresses
        if not outsider.method:
            # Whose answer it is, is told by where its request went, or might have gone.
            asked = addresses if trunk is None else {trunk.name: addresses.get(trunk.name, frozenset())}
            return None if any(address in each for each in asked.values()) else DROPPED
        if trunk is not None and (self._is_trunk(trunk, outsider) or address in addresses.get(trunk.name, frozenset())):
            return None
        if trunk is not None and trunk.known_by is KnownBy.DIGEST and outsider.may_be_asked:
            return self._asked_within(trunk, outsider.message)
        return DROPPED if self.is_unknown(outsider.source, outsider.certificates) else _NOT_ITS

    def _is_trunk(self, trunk: Trunk, outsider: Outsider) -> bool:
        """Whether the connection has shown the certificate of a trunk that is known by it."""
        if trunk.known_by is not KnownBy.TLS or not outsider.certificates:
            return False
        now = datetime.now(UTC)
        return trunk_of_certificate([trunk], outsider.certificates, self._config.tls, (), now) is not None

    def _asked_within(self, trunk: Trunk, message: Message) -> StatelessResponse | None:
        """The challenge to who has to be this trunk; None where it has answered one."""
        verdict = self._challenges.judge(message, [trunk])
        if verdict.trunk is not None:
            return None
        why = WRONG_PASSWORD if verdict.answered is DigestAnswer.WRONGLY else ""
        return StatelessResponse(401, self._challenges.challenge(verdict, [trunk]), why)

    def _by_certificate(self, source: str, users: Sequence[str], certificates: str) -> Trunk | None:
        trunks = self._known_by(KnownBy.TLS, source)
        trunk = trunk_of_certificate(trunks, certificates, self._config.tls, users, datetime.now(UTC))
        if trunk is not None:
            self._witness.proved(source)
        return trunk

    def _by_digest(self, source: str, message: Message) -> CallOrigin:
        trunks = self._known_by(KnownBy.DIGEST, source)
        if not is_asked(trunks, self._accounts.addresses, source, allowed=self._is_allowed(source)):
            return NO_TRUNKS
        verdict = self._challenges.judge(message, trunks)
        if verdict.trunk is not None:
            self._witness.proved(source)
            return CallOrigin(self._accounts.line(verdict.trunk.name))
        # At the address of one of them it is likely that one.
        likely = [each for each in trunks if is_host([each], self._accounts.addresses, address_in(source))]
        asked = self._challenges.challenge(verdict, likely or trunks)
        if verdict.answered is DigestAnswer.WRONGLY:
            self._witness.mistook(source)
            return CallOrigin(None, StatelessResponse(401, asked, WRONG_PASSWORD), RefusalRule.PASSWORD)
        return CallOrigin(None, StatelessResponse(401, asked))

    def _known_by(self, known_by: KnownBy, source: str) -> Sequence[Trunk]:
        """The trunks that are known by this, and that speak the IP version of the source."""
        version = AddressFamily.of(source)
        return [
            line.trunk
            for line in self._accounts.lines
            if line.trunk.known_by is known_by and line.trunk.takes_calls and line.speaks(version)
        ]

    def _is_allowed(self, source: str) -> bool:
        return self._config.any_source or is_allowed(source, self._allowed)
