"""The configuration of the SIP user agent, grouped by subject and made of the settings once, at the start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from config.codecs import codec_named
from config.front_door import StrangerAnswer
from config.settings import LogLevel, Settings, SipTransport
from config.system_authorities import system_authorities
from engine.model.hosts import before_port
from engine.model.trunk import AddressFamily, TlsVerify, Trunk
from engine.routing.answer_seizure import SeizureRule

NARROWBAND_HZ = 8000
WIDEBAND_HZ = 16000
_EVERY_ADDRESS = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """The address where SIP and RTP are bound. `public_address` goes into Contact and SDP where NAT stands between."""

    host: str
    port: int
    transports: Sequence[SipTransport]
    public_address: str | None
    rtp_first_port: int
    rtp_last_port: int
    proxy_address: str = ""
    """Where others reach the SIP proxy before us, as HOST or HOST:PORT; empty if there is none."""
    is_inside: bool = False
    """Whether SIP comes from a proxy of ours, that reaches `host` itself; `public_address` is that of media then."""

    @property
    def sip_public_address(self) -> str | None:
        """What Contact and Via say in place of `host`."""
        told = self.is_inside and self.host not in _EVERY_ADDRESS
        return None if told else self.public_address

    @property
    def family(self) -> AddressFamily:
        """IPv4 or IPv6."""
        return AddressFamily.of(self.host)

    @property
    def is_told(self) -> bool:
        """Whether it says which address others reach, and not that all of this machine's are listened to."""
        return self.public_address is not None or self.host not in _EVERY_ADDRESS

    @property
    def host_in_uri(self) -> str:
        """The address that others reach, as a URI wants it: IPv6 in brackets (RFC 3261 §25.1)."""
        return before_port(self.sip_public_address or self.host)

    def is_behind_proxy(self, trunk: Trunk) -> bool:
        """Whether a trunk knows us by the address of the proxy before us."""
        return bool(self.proxy_address and trunk.outbound_proxy)

    def towards(self, trunk: Trunk | None) -> "ListenAddress":
        """Take the public address that a trunk reaches us by, if it has its own of this family."""
        if trunk is None or not trunk.public_address or AddressFamily.of(trunk.public_address) is not self.family:
            return self
        return replace(self, public_address=trunk.public_address)


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates for SIP over TLS, as PEM files; `verify` is whether those of servers are checked."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    verify: bool = True

    @property
    def authorities(self) -> Path | None:
        """Who vouches for servers: `ca`, or else the system's; None where nobody does, and no server is trusted."""
        return self.ca or system_authorities()

    def towards(self, trunk: Trunk) -> "Tls":
        """Take a trunk's own, and the node's where it has none."""
        own = bool(trunk.tls_key)
        return Tls(
            Path(trunk.tls_ca) if trunk.tls_ca else self.ca,
            Path(trunk.tls_certificate) if own else self.certificate,
            Path(trunk.tls_key) if own else self.key,
            verify=trunk.tls_verify is TlsVerify.ON,
        )


@dataclass(frozen=True, slots=True)
class StrangersDue:
    """What becomes of SIP from addresses that are no trunk's and not allowed, and how much of it is looked at.

    The limits hold for an address, of IPv6 for its /64, over all transports together. Who sends more is banned.
    """

    are_refused: bool = False
    """With 403; else they are answered nothing."""
    messages_per_s: float = 50.0
    invites_per_s: float = 10.0
    wrong_passwords_per_min: float = 20.0
    malformed_per_min: float = 60.0
    never_banned: Sequence[IPv4Network | IPv6Network] = ()


@dataclass(frozen=True, slots=True)
class PeersDue:
    """How many calls of an address that may call, of IPv6 of its /64, are looked at: twice as many at once.

    More are answered with 503 and Retry-After; so are all of one that calls too many numbers that there are not.
    """

    invites_per_s: float = 200.0
    wrong_numbers_per_s: float = 20.0


@dataclass(frozen=True, slots=True)
class ConnectionRoom:
    """How many connections over TCP and TLS others may begin: all, strangers, and strangers of one address.

    A stranger's is closed after `stranger_s`, unless a request on it was let in; so is one on which a message is not
    whole after that time. Anybody's is closed after `idle_s` in which nothing was said on it.
    """

    most: int = 1000
    strangers: int = 50
    each_stranger: int = 10
    stranger_s: int = 10
    idle_s: int = 600


@dataclass(frozen=True, slots=True)
class SipConfig:
    """Everything the user agent is told at its start."""

    listening: ListenAddress
    codecs: Sequence[str]
    session_expires_s: int
    tls: Tls
    allow: Sequence[IPv4Network | IPv6Network]
    rtp_silence_s: float = 0.0
    """After how long without RTP and RTCP a far end is told to be lost; 0 is never."""
    trunk_timeout_s: float = 5.0
    """How long an INVITE that no trunk carries may be answered with nothing, not even 100 Trying."""
    log_file: Path | None = None
    log_messages: bool = False
    """Every SIP message goes into the log, at level debug."""
    strangers: StrangersDue = field(default_factory=StrangersDue)
    peers: PeersDue = field(default_factory=PeersDue)
    proxies: Sequence[IPv4Network | IPv6Network] = ()
    """SIP proxies of ours, which are believed when they say who has sent what they pass on."""
    any_source: bool = False
    country: str = ""
    """Of trunks that tell none (ISO 3166, lower case)."""
    trace_calls: int = 0
    """Of how many calls the SIP messages are kept in memory."""
    seizure_rule: SeizureRule = field(default_factory=SeizureRule)
    """When a trunk answers far fewer calls than it used to."""
    drain_unregister: bool = True
    """Whether no trunk is registered with while the node takes no calls."""
    connections: ConnectionRoom = field(default_factory=ConnectionRoom)
    link_secret: bytes = field(default=b"", repr=False)
    """What nodes of one platform share, to know each other by; empty where this one is alone."""
    links_are_secure: bool = False
    """Whether nodes are linked over TLS, with sound in SRTP, and not otherwise."""
    listening_too: ListenAddress | None = None
    """Where SIP and RTP are bound of the other family than `listening`, on a node that speaks both."""

    @property
    def everywhere(self) -> Mapping[AddressFamily, ListenAddress]:
        """Where we listen, of each family that this node speaks; the first one set comes first."""
        bound = [self.listening, *([self.listening_too] if self.listening_too else [])]
        return {each.family: each for each in bound}

    @property
    def family(self) -> AddressFamily:
        """What this node speaks."""
        return self.listening.family if self.listening_too is None else AddressFamily.BOTH

    @property
    def rate_hz(self) -> int:
        """The bridge mixes at 16 kHz as soon as a wideband codec may be negotiated, at 8 kHz otherwise."""
        wideband = any(codec_named(name).wideband for name in self.codecs)
        return WIDEBAND_HZ if wideband else NARROWBAND_HZ


def at_port(config: SipConfig, port: int) -> SipConfig:
    """The same, listening for SIP at another port."""
    too = config.listening_too
    return replace(
        config,
        listening=replace(config.listening, port=port),
        listening_too=replace(too, port=port) if too is not None else None,
    )


def from_settings(settings: Settings) -> SipConfig:
    """The user agent's part of the settings."""
    listening, *too = (_listening(settings, host) for host in settings.sip_hosts)
    return SipConfig(
        listening=listening,
        listening_too=next(iter(too), None),
        codecs=settings.codecs,
        session_expires_s=settings.session_expires_s,
        tls=Tls(settings.tls_ca, settings.tls_cert, settings.tls_key),
        allow=settings.sip_allow,
        strangers=StrangersDue(
            are_refused=settings.sip_strangers is StrangerAnswer.REFUSE,
            messages_per_s=settings.sip_messages_per_s,
            invites_per_s=settings.sip_invites_per_s,
            wrong_passwords_per_min=settings.sip_wrong_passwords_per_min,
            malformed_per_min=settings.sip_malformed_per_min,
            never_banned=settings.sip_never_ban,
        ),
        proxies=settings.sip_proxies,
        peers=PeersDue(settings.sip_peer_invites_per_s, settings.sip_peer_wrong_numbers_per_s),
        rtp_silence_s=settings.rtp_silence_s,
        trunk_timeout_s=settings.trunk_timeout,
        country=settings.default_country,
        trace_calls=settings.sip_trace_calls,
        links_are_secure=settings.node_links == "tls",
        drain_unregister=settings.drain_unregister,
        connections=ConnectionRoom(
            settings.sip_connections,
            settings.sip_stranger_connections,
            settings.sip_connections_of_stranger,
            settings.sip_stranger_s,
            settings.sip_idle_s,
        ),
        log_messages=settings.log_level is LogLevel.DEBUG,
    )


def _listening(settings: Settings, host: str) -> ListenAddress:
    family = AddressFamily.of(host)
    return ListenAddress(
        host=host,
        port=settings.sip_port,
        transports=settings.sip_transports,
        public_address=next((each for each in settings.public_addresses if AddressFamily.of(each) is family), None),
        rtp_first_port=settings.rtp_first_port,
        rtp_last_port=settings.rtp_last_port,
        proxy_address=settings.sip_proxy_address,
        is_inside=bool(settings.sip_proxies),
    )
