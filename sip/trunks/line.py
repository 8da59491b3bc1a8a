"""A trunk as it is spoken to: its accounts of the library, for calls and for each registrar, and its life."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from engine.errors import SipError
from engine.model.trunk import AddressFamily, RegisterAt, Trunk, TrunkHost
from engine.model.trunk.patterns import is_address
from engine.model.trunk.reachability import TrunkEventKind
from sip.dns.host_leads import HostLeads
from sip.trunks.account import OnInvite, Registration, SipAccount
from sip.trunks.availability import TrunkLife
from sip.trunks.registrant import Configured, Registrant
from sip.trunks.sources import Address
from sip.trunks.uris import first_hop


class TrunkLine:
    """A trunk as it is spoken to now; `addresses` are those of its hosts. Lives on the SIP thread.

    Calls belong to the accounts that register at the first host. Where it registers at each, every further host has
    accounts of its own, as if it were the first. `is_shared` says whether nodes register in turn, with another Contact
    than that of calls: then all that register are accounts of their own.
    """

    def __init__(
        self,
        life: TrunkLife,
        on_invite: OnInvite,
        leads: HostLeads,
        configured: Configured,
        is_shared: Callable[[Trunk], bool],
    ) -> None:
        self.life = life
        self.addresses: frozenset[Address] = frozenset()
        self._on_invite = on_invite
        self._leads = leads
        self._configured = configured
        self._is_shared = is_shared
        self._first = self._registrant("")
        self._further: dict[str, Registrant] = {}

    def use(self, trunk: Trunk, versions: Sequence[AddressFamily]) -> Sequence[SipAccount]:
        """Speak so to the trunk from now on; the accounts that are not wanted any more. Raises SetupError, pj.Error."""
        self.shared = trunk.registers and self._is_shared(trunk)
        each = trunk.registers and trunk.register_at is RegisterAt.EACH
        registering = trunk.hosts if each else trunk.hosts[:1]
        further = {host.address: host for host in registering[0 if self.shared else 1 :]}
        gone = [*self._first.use(trunk, versions, registers=not self.shared)]
        for address, host in further.items():
            registrant = self._further.setdefault(address, self._registrant(address if each else ""))
            gone += registrant.use(_as_first(trunk, host), _of_host(host, versions))
        for address in self._further.keys() - further.keys():
            gone += self._further.pop(address).accounts.values()
        self.trunk, self.versions = trunk, versions
        return gone

    @property
    def accounts(self) -> Sequence[SipAccount]:
        """All of them."""
        return [account for each in (self._first, *self._further.values()) for account in each.accounts.values()]

    @property
    def registration(self) -> Registration:
        """How it stands at the first host; where the trunk registers at each, at all of them."""
        first = {} if self.shared else {self.trunk.hosts[0].address: self._first.registration}
        return together(first | {address: each.registration for address, each in self._further.items()})

    def speaks(self, version: AddressFamily) -> bool:
        """Whether the trunk is reached over an IP version."""
        return version in self._first.accounts

    def account(self, version: AddressFamily) -> SipAccount:
        """The account of calls over an IP version. Raises SipError where the trunk is not reached over it."""
        if (account := self._first.accounts.get(version)) is None:
            raise SipError(f"Trunk {self.trunk.name} is not reached over {version.words} from here.")
        return account

    def let_go(self) -> None:
        """Leave the registration of a shared trunk to another node."""
        for each in self._further.values():
            each.let_go()

    def look(self, now_s: float) -> None:
        """Ask what has fallen silent, and register again; to be called about once a second."""
        for registrant in (self._first, *self._further.values()):
            registrant.look(now_s)
        self.life.look(self._account_to, self.trunk, now_s)

    def _registrant(self, address: str) -> Registrant:
        """The accounts for a further host by its address; for the first, that is empty."""
        # Nothing of it may lead back to this line: an account that waits for Python's collector is deleted when the
        # library has given its number to another.
        made = partial(_made, self._on_invite, self.life, self._leads, f" at {address}" if address else "")
        return Registrant(self._leads, self._configured, made)

    def _account_to(self, host: TrunkHost) -> SipAccount:
        leading = self._leads.leading(first_hop(self.trunk, host))
        version = leading if leading is not None and leading in self._first.accounts else self._first.version
        return self._first.accounts[version]


def _made(on_invite: OnInvite, life: TrunkLife, leads: HostLeads, where: str, trunk: Trunk) -> SipAccount:
    def changed(kind: TrunkEventKind, detail: str) -> None:
        life.changed(kind, f"{detail}{where}")

    return SipAccount(on_invite, trunk, life.ping_answered, leads, changed)


def together(stands: Mapping[str, Registration]) -> Registration:
    """How a trunk is registered that registers at several hosts, by them: as long as it is at one, calls come in.

    What is told beside is of the first host where it is not, if there is one.
    """
    if len(stands) == 1:
        return next(iter(stands.values()))
    untils = [each.until for each in stands.values() if each.until is not None]
    host, told = next(((host, each) for host, each in stands.items() if not each.active), next(iter(stands.items())))
    where = "" if told.active else f" at {host}"
    return replace(told, active=bool(untils), until=min(untils, default=None), reason=f"{told.reason}{where}")


def _as_first(trunk: Trunk, host: TrunkHost) -> Trunk:
    """The trunk with a host at the head of all, where it registers, and by whose name its user is known."""
    return replace(trunk, hosts=(host, *(each for each in trunk.hosts if each != host)))


def _of_host(host: TrunkHost, versions: Sequence[AddressFamily]) -> Sequence[AddressFamily]:
    """The IP versions of a host; those of a trunk where it has a name, or where a proxy is before it."""
    own = [each for each in versions if is_address(host.host) and AddressFamily.of(host.host) is each]
    return own or versions
