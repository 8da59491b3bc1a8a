"""The pjsua2 account that stands for the trunk: identity, digest, registration, SRTP, session timers."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pjsua2 as pj
import structlog

from config.trunk import Srtp, Trunk
from engine.errors import SipError
from engine.model.storable import storable
from engine.ports import DialRequest
from engine.security.egress import host_of
from sip.config import SipConfig
from sip.received import is_received

log = structlog.get_logger(__name__)

REGISTRATION_S = 300
RETRY_S = 30
MIN_SESSION_S = 90  # RFC 4028 §4

_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}


@dataclass(frozen=True, slots=True)
class Registration:
    """The state of registration with the trunk; `wanted` is False where the trunk takes calls without."""

    wanted: bool
    active: bool
    code: int
    reason: str


class TrunkAccount(pj.Account):
    """Forwards the account's callbacks as plain calls. Lives on the SIP thread."""

    def __init__(
        self,
        on_invite: Callable[[pj.OnIncomingCallParam], None],
        trunk: Trunk | None,
        on_heard: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._on_invite = on_invite
        self._on_heard = on_heard
        wanted = trunk is not None and trunk.register
        self.registration = Registration(wanted, False, 0, "not answered yet" if wanted else "not wanted")

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802
        self._on_invite(prm)

    def onSendRequest(self, prm: pj.OnSendRequestParam) -> None:  # noqa: N802
        if is_received(prm.e):
            self._on_heard()

    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802
        active = prm.code // 100 == 2 and prm.expiration > 0
        before, self.registration = self.registration, Registration(True, active, prm.code, storable(prm.reason))
        if active and not before.active:
            log.info("registered", expires_s=prm.expiration)
        elif prm.code // 100 != 2:
            log.warning("registration_failed", code=prm.code, reason=self.registration.reason, again_in_s=RETRY_S)

    def register_again(self) -> None:
        """Register again where it failed: the library gives up after an answer such as 403, which a carrier mends."""
        if self.registration.wanted and not self.registration.active and self.registration.code:
            self.setRegistration(True)


def account_config(config: SipConfig) -> pj.AccountConfig:
    """Settings of the one account that all calls use."""
    trunk = config.trunk
    listening = config.listening
    account = pj.AccountConfig()
    account.idUri = _identity(config)
    account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    account.callConfig.timerSessExpiresSec = config.session_expires_s
    account.callConfig.timerMinSESec = MIN_SESSION_S
    account.natConfig.contactRewriteUse = 0
    account.natConfig.viaRewriteUse = 0
    account.natConfig.sdpNatRewriteUse = 0
    account.mediaConfig.transportConfig.boundAddress = listening.host
    account.mediaConfig.transportConfig.port = listening.rtp_first_port
    account.mediaConfig.transportConfig.portRange = listening.rtp_last_port - listening.rtp_first_port
    # Otherwise the library looks for this machine's addresses anew for each call.
    account.mediaConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY if listening.is_ipv6 else pj.PJSUA_IPV6_DISABLED
    if listening.public_address:
        account.mediaConfig.transportConfig.publicAddress = listening.public_address
    account.mediaConfig.srtpUse = _SRTP[trunk.srtp] if trunk else pj.PJMEDIA_SRTP_DISABLED
    account.mediaConfig.srtpSecureSignaling = 0
    if trunk and trunk.user:
        account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", trunk.user, 0, trunk.password or ""))
    if trunk and trunk.register:
        account.regConfig.registrarUri = trunk.uri
        account.regConfig.timeoutSec = REGISTRATION_S
        account.regConfig.retryIntervalSec = RETRY_S
    else:
        account.regConfig.registerOnAdd = False
    return account


def _identity(config: SipConfig) -> str:
    trunk = config.trunk
    if trunk and trunk.user:
        return f"{trunk.scheme}:{trunk.user}@{trunk.host_in_uri}"
    return f"sip:telefoon@{config.listening.host_in_uri}"


@dataclass(frozen=True, slots=True)
class Route:
    """The route of an INVITE: Request-URI and the name of who carries it."""

    uri: str
    via: str
    to_trunk: bool = False


def route(request: DialRequest, trunk: Trunk | None) -> Route:
    """Raises SipError when a number is dialled and there is no trunk."""
    if request.target.startswith(("sip:", "sips:")):
        return Route(request.target, "SIP URI")
    if trunk is None:
        raise SipError("No trunk is set: outbound calls need TELEFOON_TRUNK, such as sip:127.0.0.1:5080.")
    return Route(trunk.uri_of(request.target), f"trunk {trunk.host_port}", to_trunk=True)


def follows(trunk: Trunk | None, uri: str) -> bool:
    """Whether an INVITE that was sent elsewhere (RFC 3261 §8.1.3.4) goes there: within the trunk, where that is set."""
    return trunk is not None and trunk.redirects and host_of(uri).lower() == trunk.host.lower()


def allowed_sources(config: SipConfig) -> Sequence[IPv4Network | IPv6Network]:
    """Networks from which calls are taken: those set, else the trunk's addresses and loopback."""
    if config.allow:
        return tuple(config.allow)
    loopback = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    if config.trunk is None:
        return tuple(loopback)
    try:
        found = socket.getaddrinfo(config.trunk.host, None)
    except socket.gaierror:
        return tuple(loopback)
    return (*loopback, *(ip_network(str(address[4][0]).partition("%")[0]) for address in found))


def is_allowed(source: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """`source` is pjsip's "address:port", IPv6 in brackets."""
    host = source.rpartition(":")[0].strip("[]")
    address = ip_address(host)
    return any(address in network for network in networks)


GUEST_LIMIT = 64
"""Accounts for credentials of dialled SIP addresses that are kept for the next call."""


class PerCallCredentials:
    """An account for each pair of user and password that dialled SIP addresses ask for (RFC 3261 §22).

    Lives on the SIP thread.
    """

    def __init__(self, config: SipConfig, uses: Callable[[pj.Account], bool]) -> None:
        self._config = config
        self._uses = uses
        self._accounts: dict[tuple[str, str], TrunkAccount] = {}

    def account(self, user: str, password: str, on_invite: Callable[[pj.OnIncomingCallParam], None]) -> TrunkAccount:
        """The account for these credentials. Raises SipError if too many are in use at once."""
        key = (user, password)
        account = self._accounts.pop(key, None)
        if account is None:
            self._make_room()
            account = TrunkAccount(on_invite, None)
            config = account_config(replace(self._config, trunk=None))
            config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
            account.create(config)
        self._accounts[key] = account
        return account

    def close(self) -> None:
        """End them all."""
        for account in self._accounts.values():
            account.shutdown()
        self._accounts.clear()

    def _make_room(self) -> None:
        if len(self._accounts) < GUEST_LIMIT:
            return
        idle = next((key for key, account in self._accounts.items() if not self._uses(account)), None)
        if idle is None:
            raise SipError(f"Calls with {GUEST_LIMIT} different SIP passwords are up already; try again later.")
        self._accounts.pop(idle).shutdown()
