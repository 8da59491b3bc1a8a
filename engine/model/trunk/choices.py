"""The closed sets that fields of a trunk choose from."""

from enum import StrEnum


class Origin(StrEnum):
    """Where a trunk was set, which is where alone it is changed."""

    DATABASE = "database"
    FILE = "file"
    SETTINGS = "settings"
    """The settings TELEFOON_TRUNK…, which make the trunk named default."""


class Authentication(StrEnum):
    """How the carrier and we know each other."""

    REGISTER = "register"
    IP = "ip"
    NONE = "none"


class KnownBy(StrEnum):
    """What tells that a call which comes in is a trunk's."""

    ADDRESS = "address"
    TLS = "tls"
    """A client certificate with the name of one of its hosts (RFC 5922 §7.2)."""
    DIGEST = "digest"
    """The answer to a challenge (RFC 3261 §22.2, RFC 8760)."""


class DigestAlgorithms(StrEnum):
    """The algorithms by which a trunk that is known by digest may answer (RFC 8760)."""

    BOTH = "both"
    SHA_256 = "sha-256"
    MD5 = "md5"

    @property
    def names(self) -> tuple[str, ...]:
        """The algorithms as headers have them, the strongest first."""
        return ("SHA-256", "MD5") if self is DigestAlgorithms.BOTH else (self.value.upper(),)


class RegisterAt(StrEnum):
    """Which of a carrier's servers are told where we are."""

    FIRST = "first"
    EACH = "each"
    """For carriers whose servers know nothing of each other: a call may come from whichever we are registered at."""


class Diversion(StrEnum):
    """Which header tells a trunk that a call was dialled on, and from which number."""

    NONE = "none"
    DIVERSION = "diversion"
    """RFC 5806"""
    HISTORY_INFO = "history-info"
    """RFC 7044"""


class Transport(StrEnum):
    """What carries SIP to the trunk."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class TlsVerify(StrEnum):
    """Whether the certificate of a server over TLS is checked: who vouches for it, and that it is for the host."""

    ON = "on"
    OFF = "off"


class Srtp(StrEnum):
    """Whether media towards the trunk is encrypted."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class RtpSource(StrEnum):
    """The sender whose RTP is taken for the far end's, and answered: anyone, who is learned once, or is signalled."""

    FOLLOW = "follow"
    FIRST = "first"
    SIGNALLED = "signalled"


class Ice(StrEnum):
    """Our part in ICE (RFC 8445): none, or that of the lite side, which answers the far end's checks."""

    OFF = "off"
    LITE = "lite"


class SrtpKeying(StrEnum):
    """How the keys of encrypted media are agreed on: in session descriptions (RFC 4568), or beside them (RFC 5763)."""

    SDES = "sdes"
    DTLS = "dtls"


class KeepAlive(StrEnum):
    """What keeps the way to the trunk open, through NAT and firewalls."""

    NONE = "none"
    CRLF = "crlf"
    OPTIONS = "options"


class EarlyMedia(StrEnum):
    """What becomes of sound that comes before the answer."""

    PASSED = "passed"
    IGNORED = "ignored"


class HoldStyle(StrEnum):
    """How a far end is told that it is on hold (RFC 3264 §8.4)."""

    MUSIC = "music"
    """It is told nothing, and hears music."""
    SENDONLY = "sendonly"
    INACTIVE = "inactive"


class T38(StrEnum):
    """What becomes of a fax that a far end wants to send as datagrams (ITU-T T.38)."""

    REFUSE = "refuse"
    """Its re-INVITE is refused, and sound goes on."""
    PASS = "pass"


class ReliableProvisionals(StrEnum):
    """Whether provisional answers are acknowledged (RFC 3262)."""

    OFF = "off"
    SUPPORTED = "supported"
    REQUIRED = "required"


class Refresher(StrEnum):
    """Who refreshes a session (RFC 4028), where that is ours to say: who has called, or who was called."""

    ANY = "any"
    UAC = "uac"
    UAS = "uas"


class SessionTimers(StrEnum):
    """Whether calls are refreshed (RFC 4028)."""

    OFF = "off"
    SUPPORTED = "supported"
    REQUIRED = "required"
    ALWAYS = "always"


class Dtmf(StrEnum):
    """How keys of a telephone travel on the trunk."""

    AUTO = "auto"
    """RFC 4733 where it was agreed on, INFO otherwise."""
    RFC4733 = "rfc4733"
    INFO_RELAY = "info-relay"
    INFO_DTMF = "info-dtmf"
    INBAND = "inband"

    @property
    def offers_events(self) -> bool:
        """Whether telephone-event is among what is offered and accepted."""
        return self in (Dtmf.AUTO, Dtmf.RFC4733)


class Stir(StrEnum):
    """Whether who calls is signed in calls that go out, and verified in those that come in (RFC 8224)."""

    OFF = "off"
    SIGN = "sign"
    VERIFY = "verify"
    BOTH = "both"

    @property
    def signs(self) -> bool:
        return self in (Stir.SIGN, Stir.BOTH)

    @property
    def verifies(self) -> bool:
        return self in (Stir.VERIFY, Stir.BOTH)


class UnprovedCaller(StrEnum):
    """What becomes of a call that comes in and whose caller is not proved."""

    TELL = "tell"
    REFUSE = "refuse"


class UnsignedCaller(StrEnum):
    """What becomes of a call that comes in and that nobody has signed."""

    TELL = "tell"
    REFUSE = "refuse"
    REFUSE_NATIONAL = "refuse-national"
    """Only callers of the node's country are refused: abroad others may not sign yet."""
