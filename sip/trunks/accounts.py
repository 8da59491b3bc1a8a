"""The library's accounts: one for each trunk that is enabled, and one of our own for what no trunk carries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pjsua2 as pj
import structlog

from engine.errors import SetupError, SipError
from engine.model.trunk import Trunk
from engine.model.trunk.reachability import TrunkReachability
from sip.config import SipConfig
from sip.dns.host_leads import HostLeads
from sip.trunks.account import OnInvite, Registration, SipAccount
from sip.trunks.account_config import account_config
from sip.trunks.availability import TrunkLife
from sip.trunks.sources import Address, Addresses, trunk_of_source
from sip.trunks.tls_clients import TlsClients

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class TrunkLine:
    """A trunk as it is spoken to now, with its account; `addresses` are those of its hosts."""

    trunk: Trunk
    account: SipAccount
    life: TrunkLife
    addresses: frozenset[Address]


class TrunkAccounts:
    """Makes, changes and retires accounts while calls go on. Lives on the SIP thread.

    An account that is not wanted any more, but has calls, is retired: it registers no more, no call is begun by it, and
    it ends when its last call has. `uses` tells whether an account has calls.
    """

    def __init__(
        self,
        config: SipConfig,
        uses: Callable[[pj.Account], bool],
        on_invite: OnInvite,
        now: Callable[[], datetime],
        leads: HostLeads,
        tls: TlsClients,
    ) -> None:
        self._config = config
        self._uses = uses
        self._on_invite = on_invite
        self._now = now
        self._leads = leads
        self._tls = tls
        self._own: SipAccount | None = None
        self._lines: dict[str, TrunkLine] = {}
        self._retired: list[SipAccount] = []

    def open(self) -> None:
        """Be there for calls that no trunk carries."""
        self._own = SipAccount(self._on_invite)
        self._own.create(account_config(self._config))

    def use(self, trunks: Sequence[Trunk], addresses: Addresses) -> Mapping[str, str]:
        """Speak to these trunks from now on, and to no other; what stands in the way of one, by its name."""
        wanted = {trunk.name: trunk for trunk in trunks if trunk.enabled}
        for name in self._lines.keys() - wanted.keys():
            self._retire(self._lines.pop(name).account)
        faults = {}
        for name, trunk in wanted.items():
            try:
                self._use_one(trunk, addresses.get(name, frozenset()))
            except pj.Error as error:
                faults[name] = str(error.reason)
            except SetupError as error:
                faults[name] = str(error)
        return faults

    @property
    def own(self) -> SipAccount:
        """The account of calls that no trunk carries."""
        assert self._own is not None, "the accounts are not open"
        return self._own

    def line(self, name: str) -> TrunkLine:
        """Raises SipError where the trunk is gone."""
        if (line := self._lines.get(name)) is None:
            raise SipError(f"Trunk {name} is not in use any more.")
        return line

    def any_trunk(self) -> bool:
        """Whether a call can come from a trunk."""
        return bool(self._lines)

    def of_source(self, address: Address, users: Sequence[str]) -> TrunkLine | None:
        """The trunk that a call comes from: by its hosts' addresses, of several by the user that is called."""
        trunks = [line.trunk for line in self._lines.values()]
        addresses = {name: line.addresses for name, line in self._lines.items()}
        found = trunk_of_source(trunks, addresses, address, users)
        return self._lines[found.name] if found is not None else None

    def registrations(self) -> Mapping[str, Registration]:
        """How registrations stand, by the trunks' names."""
        return {name: line.account.registration for name, line in self._lines.items()}

    def reachability(self) -> Mapping[str, TrunkReachability]:
        """Whether trunks answer, by their names."""
        return {name: line.life.reachability for name, line in self._lines.items()}

    def left_alone(self, now_s: float) -> frozenset[tuple[str, str]]:
        """The hosts that no call is to be sent to while there are others, each after the name of its trunk."""
        return frozenset((name, host) for name, line in self._lines.items() for host in line.life.left_alone(now_s))

    def any_registered(self) -> bool:
        """Whether a registrar is to be told that we go."""
        return any(line.account.registration.wanted for line in self._lines.values())

    def look(self, now_s: float) -> None:
        """Ask what has fallen silent, register again, and end what has retired; to be called about once a second."""
        for line in self._lines.values():
            line.account.look(now_s)
            line.life.look(line.account, line.trunk, now_s)
        for account in [each for each in self._retired if not self._uses(each)]:
            self._retired.remove(account)
            account.shutdown()

    def close(self) -> None:
        """End them all."""
        for account in (*self._retired, *(line.account for line in self._lines.values())):
            account.shutdown()
        self._retired.clear()
        self._lines.clear()
        if self._own is not None:
            self._own.shutdown()
            self._own = None

    def _use_one(self, trunk: Trunk, addresses: frozenset[Address]) -> None:
        line = self._lines.get(trunk.name)
        if line is None:
            self._lines[trunk.name] = self._opened(trunk, addresses)
            return
        line.addresses = addresses
        if line.trunk != trunk:
            line.account.change(trunk, self._account_config(trunk))
            line.trunk = trunk
            log.info("trunk_changed", trunk=trunk.name)

    def _opened(self, trunk: Trunk, addresses: frozenset[Address]) -> TrunkLine:
        life = TrunkLife(trunk.name, self._now)
        account = SipAccount(self._on_invite, trunk, life.ping_answered, self._leads, life.changed)
        account.create(self._account_config(trunk))
        log.info("trunk_in_use", trunk=trunk.name)
        return TrunkLine(trunk, account, life, addresses)

    def _account_config(self, trunk: Trunk) -> pj.AccountConfig:
        """Raises SetupError."""
        config = account_config(self._config, trunk)
        if (transport := self._tls.transport(trunk)) is not None:
            config.sipConfig.transportId = transport
        return config

    def _retire(self, account: SipAccount) -> None:
        try:
            account.retire()
        except pj.Error as error:
            log.warning("trunk_not_unregistered", reason=error.reason)
        self._retired.append(account)
