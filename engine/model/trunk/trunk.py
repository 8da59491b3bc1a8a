"""The trunk as a value. Its fields are the one table of what a trunk has.

REST's schema and its 422, `--set` of the command line, the settings file's tables, the database and docs/trunks.md are
made of them: a new field is declared here, or in the file of its subject (`tls_fields.py` and the like) and named here,
and used where it takes effect, mostly in `sip/trunks/account_config.py`.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any

from engine.model.trunk import (
    arrival_fields,
    call_fields,
    encryption_fields,
    identity_fields,
    limit_fields,
    session_fields,
    stir_fields,
    tls_fields,
)
from engine.model.trunk.address_family import AddressFamily
from engine.model.trunk.agreement import require_agreement
from engine.model.trunk.choices import (
    T38,
    Authentication,
    DigestAlgorithms,
    Diversion,
    Dtmf,
    EarlyMedia,
    HoldStyle,
    Ice,
    KeepAlive,
    KnownBy,
    Refresher,
    RegisterAt,
    ReliableProvisionals,
    RtpSource,
    SessionTimers,
    Srtp,
    SrtpKeying,
    Stir,
    TlsVerify,
    Transport,
    UnprovedCaller,
    UnsignedCaller,
)
from engine.model.trunk.codec_list import CodecList
from engine.model.trunk.field import (
    FACTS,
    Hosts,
    NumberAmong,
    OneOf,
    Seconds,
    Secret,
    Text,
    TrunkField,
    WholeNumber,
    YesOrNo,
    declared,
)
from engine.model.trunk.header_lists import HeaderLines, HeaderNames
from engine.model.trunk.hosts import MOST_ORDER, TrunkHost
from engine.model.trunk.identity_header import IdentityHeader
from engine.model.trunk.number_formats import NumberFormat
from engine.model.trunk.number_rules import NumberAddresses
from engine.model.trunk.number_uris import NumberUris
from engine.model.trunk.patterns import ADDRESS, HOST, HOST_PORT, LOGIN, NAME_PATTERN, USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A way to the telephone network: a carrier or an exchange, and how it is spoken to."""

    name: str = declared(
        Text(NAME_PATTERN, "is no name; write small letters, digits, - and _, such as carrier-a.", 64),
        "How the trunk is called.",
    )
    enabled: bool = declared(YesOrNo(), "Whether calls go out by it, it registers, and calls come in.", default=True)
    priority: int = declared(
        WholeNumber(0, MOST_ORDER),
        "Calls are tried at the trunk of the lowest first, and at the next where that fails.",
        default=0,
    )
    weight: int = declared(
        WholeNumber(0, MOST_ORDER), "The trunk's share of the calls among trunks of one priority.", default=1
    )
    emergency: bool = declared(
        YesOrNo(),
        "Whether calls to emergency numbers go out by it, past every limit; without such a trunk they are refused.",
        default=False,
    )
    hosts: tuple[TrunkHost, ...] = declared(
        Hosts(),
        "Where the carrier answers: by priority, among equals by weight, and the next where one fails.",
    )
    transport: Transport = declared(OneOf(Transport), "What carries SIP: udp, tcp or tls.", default=Transport.UDP)
    address_family: AddressFamily = declared(
        OneOf(AddressFamily),
        "Over which IP version SIP and media go: ipv4, ipv6, or both, of those that the node listens on; of both, IPv6 "
        "is tried first.",
        default=AddressFamily.BOTH,
    )
    sips: bool = declared(YesOrNo(), "Whether addresses are written sips: (RFC 3261 §19.1).", default=False)
    tls_ca: str = tls_fields.CA
    tls_verify: TlsVerify = tls_fields.VERIFY
    tls_certificate: str = tls_fields.CERTIFICATE
    tls_key: str = tls_fields.KEY
    uri_parameters: str = declared(
        Text(r"([A-Za-z0-9-]+(=[A-Za-z0-9._+-]+)?(;[A-Za-z0-9-]+(=[A-Za-z0-9._+-]+)?)*)?",
             "is not written as user=phone;x=y."),
        "Parameters of the called address, such as user=phone.",
        default="",
    )  # fmt: skip
    called: NumberUris = declared(
        NumberAddresses(), "How called numbers are written in calls that go out.", default=NumberUris()
    )
    caller: NumberUris = declared(
        NumberAddresses(), "How calling numbers are written in calls that go out.", default=NumberUris()
    )
    received: NumberFormat = arrival_fields.RECEIVED
    default_number: str = arrival_fields.DEFAULT_NUMBER
    known_by: KnownBy = arrival_fields.KNOWN_BY
    digest_algorithms: DigestAlgorithms = arrival_fields.DIGEST_ALGORITHMS
    follows_redirects: bool = arrival_fields.FOLLOWS_REDIRECTS
    replaces: bool = arrival_fields.REPLACES
    outbound_proxy: str = declared(
        Text(HOST_PORT, "is not HOST or HOST:PORT."),
        "The proxy that all requests pass (HOST:PORT); none if left out.",
        default="",
    )
    public_address: str = declared(
        Text(ADDRESS, "is no IP address."),
        "Our address as the trunk reaches it, in Contact, From and SDP; left out, the setting of that name.",
        default="",
    )
    auth: Authentication = declared(
        OneOf(Authentication),
        "register: by REGISTER with user and password. ip: each knows the other by its address. none: calls only go "
        "out, and those from the hosts' addresses are not taken.",
        default=Authentication.IP,
    )
    user: str = declared(
        Text(LOGIN, "has characters that no user name has."), "Name for digest authentication.", default=""
    )
    password: str = declared(
        Secret(), "Password for digest authentication; stored encrypted, and never shown.", default=""
    )
    registrar: str = declared(
        Text(HOST_PORT, "is not HOST or HOST:PORT."),
        "Where REGISTER goes (HOST:PORT), and the domain of the account; the first host if left out.",
        default="",
    )
    register_at: RegisterAt = declared(
        OneOf(RegisterAt),
        "Where REGISTER goes: first, to the registrar or else the first host; each, to every host, for carriers whose "
        "hosts do not know of each other's registrations.",
        default=RegisterAt.FIRST,
    )
    expires_s: int = declared(
        WholeNumber(60, 86400), "For how many seconds a registration is asked; it is renewed before they are over.",
        default=300,
    )  # fmt: skip
    retry_s: int = declared(
        WholeNumber(5, 3600),
        "After how many seconds at most a registration that has failed is tried again; later after each failure more.",
        default=5,
    )
    keep_alive: KeepAlive = declared(
        OneOf(KeepAlive),
        "What keeps the way to the carrier open: crlf, an empty line while registered over UDP; options, a request to "
        "each host; or none.",
        default=KeepAlive.CRLF,
    )
    keep_alive_s: int = declared(
        WholeNumber(5, 3600), "How many seconds are between two of what keeps the way open.", default=15
    )
    from_user: str = declared(
        Text(USER, "is no user of a SIP address."),
        "The user of From; left out, it is the calling number in calls, and the user in REGISTER.",
        default="",
    )
    from_host: str = declared(
        Text(HOST, "is no host."),
        "The host of From; left out, it is the registrar where there is a user, our own address otherwise.",
        default="",
    )
    from_is_user: bool = declared(
        YesOrNo(),
        "Whether From has the user in calls too; the calling number is then in identity_header alone.",
        default=False,
    )
    identity_header: IdentityHeader = identity_fields.HEADER
    country: str = identity_fields.COUNTRY
    hides_caller: bool = identity_fields.HIDES_CALLER
    keeps_from: bool = identity_fields.KEEPS_FROM
    trusts_identity: bool = identity_fields.TRUSTS
    diversion: Diversion = identity_fields.DIVERSION
    headers: tuple[tuple[str, str], ...] = declared(
        HeaderLines(), "Headers that each INVITE has on top of ours, as lines such as X-Customer: 7.", default=()
    )
    received_headers: tuple[str, ...] = declared(
        HeaderNames(),
        "Headers of the carrier that a flow is told, as SipHeader_ and their name; X-* is all that begin so.",
        default=(),
    )
    stir: Stir = stir_fields.MODE
    stir_key: str = stir_fields.KEY
    stir_certificate_url: str = stir_fields.CERTIFICATE_URL
    stir_invalid: UnprovedCaller = stir_fields.INVALID
    stir_missing: UnsignedCaller = stir_fields.MISSING
    codecs: tuple[str, ...] = declared(
        CodecList(),
        "Codecs in their order, of those of the setting codecs; no other is offered, nor accepted. Left out, all are.",
        default=(),
    )
    ptime_ms: int = declared(
        NumberAmong((0, 20, 30, 40)), "Milliseconds in a packet that we ask for; 0 asks for nothing.", default=0
    )
    maxptime_ms: int = declared(
        NumberAmong((0, 20, 30, 40, 60)), "The most milliseconds in a packet that we take; 0 says nothing.", default=0
    )
    dtmf: Dtmf = declared(
        OneOf(Dtmf),
        "How keys travel: rfc4733; info-relay or info-dtmf, by INFO with application/dtmf-relay or application/dtmf; "
        "inband, as tones; auto, RFC 4733 where the far end agrees to it, and info-relay otherwise.",
        default=Dtmf.AUTO,
    )
    dtmf_payload_type: int = declared(
        WholeNumber(0, 127),
        "The RTP payload type offered for telephone-event (RFC 4733), 96 to 127; beside Opus, that of its clock is the "
        "next. 0 leaves them to us.",
        default=0,
    )
    rtp_source: RtpSource = declared(
        OneOf(RtpSource),
        "Whose RTP is taken: first, who is learned once; signalled, the host in SDP; follow, anyone.",
        default=RtpSource.FIRST,
    )
    ice: Ice = declared(
        OneOf(Ice),
        "Finding a way for media (ICE, RFC 8445): off; or lite, checks of the far end are answered and lead media.",
        default=Ice.OFF,
    )
    srtp: Srtp = encryption_fields.SRTP
    srtp_keying: SrtpKeying = encryption_fields.KEYING
    reliable_provisionals: ReliableProvisionals = declared(
        OneOf(ReliableProvisionals),
        "Reliable provisional answers (100rel, RFC 3262): off, supported where the far end wants them, or required.",
        default=ReliableProvisionals.SUPPORTED,
    )
    early_media: EarlyMedia = declared(
        OneOf(EarlyMedia),
        "Sound before the answer: passed on to who calls, or ignored, so that they hear our ringback.",
        default=EarlyMedia.PASSED,
    )
    hold: HoldStyle = call_fields.HOLD
    t38: T38 = call_fields.FAX
    session_timers: SessionTimers = session_fields.TIMERS
    session_expires_s: int = session_fields.EXPIRES_S
    session_min_s: int = session_fields.MIN_S
    session_refresher: Refresher = session_fields.REFRESHER
    redirects: bool = declared(
        YesOrNo(),
        "Whether a redirection (3xx) to one of the trunk's own hosts is followed; others end the call with that code.",
        default=False,
    )
    timeout_s: float = declared(
        Seconds(1, 32),
        "Seconds in which an INVITE must be answered with anything; then the trunk has failed.",
        default=4.0,
    )

    max_calls_out: int = limit_fields.MOST_OUT
    max_calls_in: int = limit_fields.MOST_IN
    max_cps_out: int = limit_fields.MOST_OUT_A_SECOND
    max_cps_in: int = limit_fields.MOST_IN_A_SECOND

    def __post_init__(self) -> None:
        """Raises InvalidField where fields do not go together."""
        require_agreement(self)

    @classmethod
    @cache
    def table(cls) -> Mapping[str, TrunkField]:
        """The facts of each field, by its name."""
        return {each.name: each.metadata[FACTS] for each in fields(cls)}

    @classmethod
    @cache
    def defaults(cls) -> Mapping[str, Any]:
        """What holds of a field that is left out."""
        return {each.name: each.default for each in fields(cls) if each.default is not MISSING}

    @property
    def registers(self) -> bool:
        return self.enabled and self.auth is Authentication.REGISTER

    @property
    def takes_calls(self) -> bool:
        """Whether calls that come in by it are taken, whatever they are known by."""
        return self.enabled and self.auth is not Authentication.NONE
