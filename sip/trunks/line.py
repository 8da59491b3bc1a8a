"""A trunk's accounts of the library: one for each IP version over which it is reached, of which one registers."""

from collections.abc import Callable, Mapping, Sequence

import pjsua2 as pj

from engine.errors import SipError
from engine.model.trunk import AddressFamily, Trunk, TrunkHost
from sip.dns.host_leads import HostLeads
from sip.trunks.account import OnInvite, Registration, SipAccount
from sip.trunks.availability import TrunkLife
from sip.trunks.sources import Address
from sip.trunks.uris import first_hop, registrar_hop

Configured = Callable[[Trunk, AddressFamily, bool], pj.AccountConfig]
"""The settings of a trunk's account over an IP version, and whether it registers. Raises SetupError."""


class TrunkLine:
    """A trunk as it is spoken to now; `addresses` are those of its hosts. Lives on the SIP thread.

    It registers over the IP version of the server where the registrar's name leads now, and goes over to the other one
    with it.
    """

    def __init__(self, life: TrunkLife, on_invite: OnInvite, leads: HostLeads, configured: Configured) -> None:
        self.life = life
        self.addresses: frozenset[Address] = frozenset()
        self._on_invite = on_invite
        self._leads = leads
        self._configured = configured
        self._accounts: dict[AddressFamily, SipAccount] = {}

    def use(self, trunk: Trunk, versions: Sequence[AddressFamily]) -> Sequence[SipAccount]:
        """Speak so to the trunk from now on; the accounts that are not wanted any more. Raises SetupError, pj.Error."""
        return self._use(trunk, versions)

    @property
    def accounts(self) -> Mapping[AddressFamily, SipAccount]:
        """All of them, by the IP version that they speak."""
        return self._accounts

    @property
    def registration(self) -> Registration:
        return self._accounts[self._registrar].registration

    def account(self, version: AddressFamily) -> SipAccount:
        """The one that speaks an IP version. Raises SipError where the trunk is not reached over it."""
        if (account := self._accounts.get(version)) is None:
            raise SipError(f"Trunk {self.trunk.name} is not reached over {version.words} from here.")
        return account

    def look(self, now_s: float) -> None:
        """Ask what has fallen silent, and register again; to be called about once a second."""
        self._follow_registrar(now_s)
        for account in self._accounts.values():
            account.look(now_s)
        self.life.look(self._account_to, self.trunk, now_s)

    def _use(self, trunk: Trunk, versions: Sequence[AddressFamily], failures: int = 0) -> Sequence[SipAccount]:
        registrar = self._leading(trunk, versions)
        configs = {each: self._configured(trunk, each, trunk.registers and each is registrar) for each in versions}
        for version, config in configs.items():
            self._use_one(trunk, version, config, failures)
        self.trunk, self._registrar = trunk, registrar
        return [self._accounts.pop(each) for each in self._accounts.keys() - set(versions)]

    def _use_one(self, trunk: Trunk, version: AddressFamily, config: pj.AccountConfig, failures: int) -> None:
        if (account := self._accounts.get(version)) is not None:
            account.change(trunk, config, failures)
            return
        made = SipAccount(self._on_invite, trunk, self.life.ping_answered, self._leads, self.life.changed)
        made.create(config)
        self._accounts[version] = made

    def _follow_registrar(self, now_s: float) -> None:
        versions, now = tuple(self._accounts), self._accounts[self._registrar]
        if self._leading(self.trunk, versions) is not self._registrar and not now.waits(now_s):
            self._use(self.trunk, versions, now.failures)

    def _leading(self, trunk: Trunk, versions: Sequence[AddressFamily]) -> AddressFamily:
        leading = self._leads.leading(registrar_hop(trunk))
        return leading if leading is not None and leading in versions else versions[0]

    def _account_to(self, host: TrunkHost) -> SipAccount:
        leading = self._leads.leading(first_hop(self.trunk, host))
        return self._accounts[leading if leading is not None and leading in self._accounts else self._registrar]
