"""The library's accounts: those of each trunk that is enabled, and our own for what no trunk carries."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import pjsua2 as pj
import structlog

from engine.errors import SetupError, SipError
from engine.model.trunk import AddressFamily, Trunk
from engine.model.trunk.reachability import TrunkChange, TrunkReachability
from sip.config import ListenAddress, SipConfig
from sip.dns.host_leads import HostLeads
from sip.trunks.account import OnInvite, Registration, SipAccount
from sip.trunks.account_config import account_config, link_account_config
from sip.trunks.availability import TrunkLife
from sip.trunks.line import TrunkLine
from sip.trunks.sources import Address, Addresses
from sip.trunks.tls_clients import TlsClients
from sip.trunks.uris import hops_of

MOST_CHANGES: Final = 5000
"""So many wait to be taken; the oldest make room."""

log = structlog.get_logger(__name__)


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
        self._own: dict[AddressFamily, SipAccount] = {}
        self._linking: dict[AddressFamily, SipAccount] = {}
        """Where links between rooms have one besides."""
        self._lines: dict[str, TrunkLine] = {}
        self._registers = True
        self._held: frozenset[str] = frozenset()
        self._retired: list[SipAccount] = []
        self._changes: deque[TrunkChange] = deque(maxlen=MOST_CHANGES)

    def open(self) -> None:
        """Be there for calls that no trunk carries, and for links."""
        for version in self._config.everywhere:
            self._own[version] = self._opened(account_config(self._config, version))
            if self._config.links_are_secure:
                self._linking[version] = self._opened(link_account_config(self._config, version))

    def _opened(self, told: pj.AccountConfig) -> SipAccount:
        account = SipAccount(self._on_invite)
        account.create(told)
        return account

    def use(self, trunks: Sequence[Trunk], addresses: Addresses) -> Mapping[str, str]:
        """Speak to these trunks from now on, and to no other; what stands in the way of one, by its name."""
        wanted = {trunk.name: trunk for trunk in trunks if trunk.enabled}
        for name in self._lines.keys() - wanted.keys():
            self._retire(*self._lines.pop(name).accounts)
        faults = {}
        for name, trunk in wanted.items():
            try:
                self._use_one(trunk, addresses.get(name, frozenset()))
            except pj.Error as error:
                faults[name] = str(error.reason)
            except SetupError as error:
                faults[name] = str(error)
        return faults

    def own(self, version: AddressFamily) -> SipAccount:
        """The account of calls over an IP version that no trunk carries."""
        return self._own[version]

    def linking(self, version: AddressFamily) -> SipAccount:
        """The account of links between rooms over an IP version."""
        return self._linking.get(version, self._own[version])

    def line(self, name: str) -> TrunkLine:
        """Raises SipError where the trunk is gone."""
        if (line := self._lines.get(name)) is None:
            raise SipError(f"Trunk {name} is not in use any more.")
        return line

    @property
    def lines(self) -> Sequence[TrunkLine]:
        """The trunks that are in use, as they are spoken to."""
        return list(self._lines.values())

    @property
    def trunks(self) -> Sequence[Trunk]:
        """The trunks that are in use."""
        return [line.trunk for line in self._lines.values()]

    @property
    def addresses(self) -> Addresses:
        """The addresses of the hosts of each."""
        return {name: line.addresses for name, line in self._lines.items()}

    def registrations(self) -> Mapping[str, Registration]:
        """How registrations stand, by the trunks' names."""
        return {name: line.registration for name, line in self._lines.items()}

    def reachability(self) -> Mapping[str, TrunkReachability]:
        """Whether trunks answer, by their names."""
        return {name: line.life.reachability for name, line in self._lines.items()}

    def take_changes(self) -> Sequence[TrunkChange]:
        """What has changed of trunks since it was last asked, oldest first; also of those that are gone."""
        taken = tuple(self._changes)
        self._changes.clear()
        return taken

    def left_alone(self, now_s: float) -> frozenset[tuple[str, str]]:
        """The hosts that no call is to be sent to while there are others, each after the name of its trunk."""
        return frozenset((name, host) for name, line in self._lines.items() for host in line.life.left_alone(now_s))

    def any_registered(self) -> bool:
        """Whether a registrar is to be told that we go."""
        return any(line.registration.wanted and not line.shared for line in self._lines.values())

    def shared(self) -> frozenset[str]:
        """The trunks, by their names, with which one node registers at a time: those behind a proxy.

        They are none while this node registers nowhere.
        """
        return frozenset(name for name, line in self._lines.items() if line.shared and self._registers)

    def hold(self, names: frozenset[str]) -> None:
        """Register with these of the shared trunks, and leave the others to other nodes."""
        changed, self._held = self._held ^ names, names
        for name in changed & self._lines.keys():
            line = self._lines[name]
            if name not in names:
                line.let_go()
            line.use(line.trunk, line.versions)
            log.info("registration_held" if name in names else "registration_let_go", trunk=name)

    def register(self, *, wanted: bool) -> None:
        """Register where trunks say so, or nowhere until further notice; calls in progress go on."""
        self._registers = wanted
        for line in self._lines.values():
            if line.shared and not wanted:
                line.let_go()
            line.use(line.trunk, line.versions)
            log.info("trunk_registers" if wanted else "trunk_unregisters", trunk=line.trunk.name)

    def look(self, now_s: float) -> None:
        """Ask what has fallen silent, register again, and end what has retired; to be called about once a second."""
        for line in self._lines.values():
            line.look(now_s)
        for account in [each for each in self._retired if not self._uses(each)]:
            self._retired.remove(account)
            account.shutdown()

    def close(self) -> None:
        """End them all."""
        for line in self._lines.values():
            if line.shared:
                line.let_go()
        of_trunks = (account for line in self._lines.values() for account in line.accounts)
        for account in (*self._retired, *of_trunks, *self._own.values(), *self._linking.values()):
            account.shutdown()
        self._retired.clear()
        self._lines.clear()
        self._own.clear()
        self._linking.clear()

    def _use_one(self, trunk: Trunk, addresses: frozenset[Address]) -> None:
        line = self._lines.get(trunk.name)
        if line is None:
            life = TrunkLife(trunk.name, self._now, self._changes.append)
            line = TrunkLine(life, self._on_invite, self._leads, self._account_config, self._is_shared)
            line.use(trunk, self._versions(trunk))
            self._lines[trunk.name] = line
            log.info("trunk_in_use", trunk=trunk.name)
        elif line.trunk != trunk:
            self._retire(*line.use(trunk, self._versions(trunk)))
            log.info("trunk_changed", trunk=trunk.name)
        line.addresses = addresses

    def _versions(self, trunk: Trunk) -> Sequence[AddressFamily]:
        """The IP versions over which the trunk is reached from here. Raises SetupError where there is none."""
        here, hops = self._config.everywhere, hops_of(trunk)
        reached = [
            version
            for version in trunk.address_family.versions
            if any(hop.is_name or AddressFamily.of(hop.host) is version for hop in hops)
        ]
        public = trunk.public_address
        if public and AddressFamily.of(public) not in here:
            raise SetupError(f"{public} is of another family than {_hosts(here)}, where we listen.")
        if not (usable := [version for version in reached if version in here]):
            missing = " or ".join(version.words for version in reached)
            raise SetupError(
                f"It is reached over {missing}, and we listen on {_hosts(here)}: give sip_host an address of it too."
            )
        return usable

    def _is_shared(self, trunk: Trunk) -> bool:
        return self._config.listening.is_behind_proxy(trunk)

    def _account_config(self, trunk: Trunk, version: AddressFamily, registers: bool) -> pj.AccountConfig:
        """Raises SetupError."""
        registers = registers and self._registers and (not self._is_shared(trunk) or trunk.name in self._held)
        config = account_config(self._config, version, trunk, registers=registers)
        if (transport := self._tls.transport(trunk, version)) is not None:
            config.sipConfig.transportId = transport
        return config

    def _retire(self, *accounts: SipAccount) -> None:
        for account in accounts:
            try:
                account.retire()
            except pj.Error as error:
                log.warning("trunk_not_unregistered", reason=error.reason)
            self._retired.append(account)


def _hosts(here: Mapping[AddressFamily, ListenAddress]) -> str:
    return " and ".join(each.host for each in here.values())
