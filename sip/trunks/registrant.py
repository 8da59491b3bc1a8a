"""Accounts of a trunk for one registrar: one for each IP version over which it is reached, of which one registers."""

from collections.abc import Callable, Mapping, Sequence

import pjsua2 as pj

from engine.model.trunk import AddressFamily, Trunk
from sip.dns.host_leads import HostLeads
from sip.trunks.account import Registration, SipAccount
from sip.trunks.uris import registrar_hop

Configured = Callable[[Trunk, AddressFamily, bool], pj.AccountConfig]
"""The settings of a trunk's account over an IP version, and whether it registers. Raises SetupError."""


class Registrant:
    """Registers over the IP version of the server where the registrar's name leads now. Lives on the SIP thread.

    Where that server is of the other version, the other account registers in its place.
    """

    def __init__(self, leads: HostLeads, configured: Configured, made: Callable[[Trunk], SipAccount]) -> None:
        self._leads = leads
        self._configured = configured
        self._made = made
        self._accounts: dict[AddressFamily, SipAccount] = {}

    def use(
        self, trunk: Trunk, versions: Sequence[AddressFamily], failures: int = 0, *, registers: bool = True
    ) -> Sequence[SipAccount]:
        """Speak so to the trunk from now on; the accounts that are not wanted any more. Raises SetupError, pj.Error.

        `failures` are those of a registration that has begun over the other version. It `registers` if the trunk does.
        """
        self._registers = registers and trunk.registers
        registrar = self._leading(trunk, versions)
        configs = {each: self._configured(trunk, each, self._registers and each is registrar) for each in versions}
        for version, config in configs.items():
            self._use_one(trunk, version, config, failures)
        self._trunk, self.version = trunk, registrar
        return [self._accounts.pop(each) for each in self._accounts.keys() - set(versions)]

    @property
    def accounts(self) -> Mapping[AddressFamily, SipAccount]:
        """All of them, by the IP version that they speak."""
        return self._accounts

    @property
    def registration(self) -> Registration:
        return self._accounts[self.version].registration

    def let_go(self) -> None:
        """Leave the registration to another node, and do not take it back from the registrar."""
        for account in self._accounts.values():
            account.let_go()

    def look(self, now_s: float) -> None:
        """Register again where that has failed; to be called about once a second."""
        versions, now = tuple(self._accounts), self._accounts[self.version]
        if self._leading(self._trunk, versions) is not self.version and not now.waits(now_s):
            self.use(self._trunk, versions, now.failures, registers=self._registers)
        for account in self._accounts.values():
            account.look(now_s)

    def _use_one(self, trunk: Trunk, version: AddressFamily, config: pj.AccountConfig, failures: int) -> None:
        if (account := self._accounts.get(version)) is not None:
            account.change(trunk, config, failures)
            return
        made = self._made(trunk)
        made.create(config)
        self._accounts[version] = made

    def _leading(self, trunk: Trunk, versions: Sequence[AddressFamily]) -> AddressFamily:
        leading = self._leads.leading(registrar_hop(trunk))
        return leading if leading is not None and leading in versions else versions[0]
