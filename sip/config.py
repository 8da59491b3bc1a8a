"""The configuration of the SIP user agent, grouped by subject and made of the settings once, at the start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from config.codecs import codec_named
from config.settings import LogLevel, Settings, SipTransport
from engine.model.trunk import Trunk

NARROWBAND_HZ = 8000
WIDEBAND_HZ = 16000


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """The address where SIP and RTP are bound. `public_address` goes into Contact and SDP where NAT stands between."""

    host: str
    port: int
    transports: Sequence[SipTransport]
    public_address: str | None
    rtp_first_port: int
    rtp_last_port: int

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.host

    @property
    def host_in_uri(self) -> str:
        """The address that others reach, as a URI wants it: IPv6 in brackets (RFC 3261 §25.1)."""
        host = self.public_address or self.host
        return f"[{host}]" if ":" in host else host

    def towards(self, trunk: Trunk | None) -> "ListenAddress":
        """Take the public address that a trunk reaches us by, if it has its own."""
        return replace(self, public_address=trunk.public_address) if trunk and trunk.public_address else self


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates for SIP over TLS, as PEM files."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def towards(self, trunk: Trunk) -> "Tls":
        """Take a trunk's own, and the node's where it has none."""
        own = bool(trunk.tls_key)
        return Tls(
            Path(trunk.tls_ca) if trunk.tls_ca else self.ca,
            Path(trunk.tls_certificate) if own else self.certificate,
            Path(trunk.tls_key) if own else self.key,
        )


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
    any_source: bool = False
    country: str = ""
    """Of trunks that tell none (ISO 3166, lower case)."""
    trace_calls: int = 0
    """Of how many calls the SIP messages are kept in memory."""

    @property
    def rate_hz(self) -> int:
        """The bridge mixes at 16 kHz as soon as a wideband codec may be negotiated, at 8 kHz otherwise."""
        wideband = any(codec_named(name).wideband for name in self.codecs)
        return WIDEBAND_HZ if wideband else NARROWBAND_HZ


def from_settings(settings: Settings) -> SipConfig:
    """The user agent's part of the settings."""
    return SipConfig(
        listening=ListenAddress(
            host=settings.sip_host,
            port=settings.sip_port,
            transports=settings.sip_transports,
            public_address=settings.public_address,
            rtp_first_port=settings.rtp_first_port,
            rtp_last_port=settings.rtp_last_port,
        ),
        codecs=settings.codecs,
        session_expires_s=settings.session_expires_s,
        tls=Tls(settings.tls_ca, settings.tls_cert, settings.tls_key),
        allow=settings.sip_allow,
        rtp_silence_s=settings.rtp_silence_s,
        trunk_timeout_s=settings.trunk_timeout,
        country=settings.default_country,
        trace_calls=settings.sip_trace_calls,
        log_messages=settings.log_level is LogLevel.DEBUG,
    )
