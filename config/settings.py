"""Settings: one documented default each, from the environment (TELEFOON_…) or a TOML file.

The environment wins over the file named by TELEFOON_CONFIG (default: telefoon.toml in the working folder,
if there). `config/telefoon.toml` lists every setting with its default.
"""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from config.codecs import PREFERENCE
from config.cores import CoreSettings
from config.errors import SettingsError
from config.front_door import FrontDoorSettings
from config.http_connections import HttpConnectionSettings
from config.lists import AsWords, Networks, Words
from config.load import LoadSettings
from config.recognition import RecognitionSettings
from config.recordings import RecordingSettings
from config.setting_sources import PREFIX, given_settings, settings_file
from config.speech_server import SpeechServerSettings
from config.streams import StreamSettings
from config.told_at import told_at
from config.trunk import SipUri, TrunkSettings

TABLES: Final = ("target_countries", "tts_engines", "tts_piper_voices", "tts_servers")
"""Settings that are tables: JSON in the environment."""


class SipTransport(StrEnum):
    """Transports that SIP may listen on."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class MetricsAccess(StrEnum):
    """The readers of /metrics: programs on this machine, who has an API key with the scope metrics, or nobody."""

    LOOPBACK = "loopback"
    KEY = "key"
    OFF = "off"


class LogFormat(StrEnum):
    """The form of log lines: text for people, JSON for programs."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least severe lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _addresses(value: str | None) -> tuple[str, ...]:
    return tuple((value or "").replace(",", " ").split())


Port = Annotated[int, Field(ge=1, le=65535)]
Days = Annotated[int, Field(ge=0, le=36500)]
Transports = Annotated[list[SipTransport], AsWords]


class Settings(
    TrunkSettings,
    FrontDoorSettings,
    RecordingSettings,
    RecognitionSettings,
    StreamSettings,
    LoadSettings,
    CoreSettings,
    HttpConnectionSettings,
    BaseModel,
):
    """Every setting, flat, under the name that the environment uses: as given here, or else by a source."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    http_host: str = "127.0.0.1"
    http_port: Port = 8080
    public_url: str = ""
    metrics: MetricsAccess = MetricsAccess.LOOPBACK
    rest_2010: bool = True
    api_rate_per_key: int = Field(default=200, ge=0, le=100_000)
    api_rate_per_address: int = Field(default=400, ge=0, le=100_000)
    api_wrong_keys: int = Field(default=10, ge=0, le=1000)
    sip_host: str = "127.0.0.1"
    sip_port: Port = 5060
    sip_transports: Transports = [SipTransport.UDP, SipTransport.TCP]
    public_address: str | None = None
    rtp_ports: str = "10000-14000"
    codecs: Words = list(PREFERENCE)
    session_expires_s: int = Field(default=1800, ge=90, le=86400)
    rtp_silence_s: float = Field(default=60.0, ge=0, le=86400)
    sip_trace_calls: int = Field(default=200, ge=0, le=10_000)

    data_dir: Path = Path("var")
    database_url: str = ""
    database_listen_url: str = ""

    http_tls_cert: Path | None = None
    http_tls_key: Path | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    stir_trust_anchors: Path | None = None
    trunks: list[dict[str, Any]] | None = None
    registrar: SipUri = None

    webhook_timeout: float = Field(default=10.0, gt=0, le=60)
    webhook_connect_timeout: float = Field(default=2.0, gt=0, le=10)
    media_cache_mb: int = Field(default=512, ge=0, le=1024 * 1024)
    media_cache_seconds: int = Field(default=86400, ge=1, le=31 * 86400)
    egress_allow: Networks = []
    trusted_proxies: Networks = []
    max_call_seconds: int = Field(default=14400, ge=1, le=86400)
    balance_notice_s: int = Field(default=15, ge=0, le=600)
    balance_notice_to: Literal["account", "both"] = "account"
    default_country: str = "be"
    policy_webhook: str = ""
    node: str = "node-1"
    workers: int = Field(default=1, ge=1, le=64)
    node_url: str = ""
    node_ca: Path | None = None
    node_links: Literal["plain", "tls"] = "plain"
    region: str = ""

    tts_workers: int = Field(default=2, ge=1, le=16)
    tts_engines: dict[str, list[str]] = {}
    tts_piper_voices: dict[str, Path] = {}
    tts_servers: dict[str, SpeechServerSettings] = {}
    tts_espeak: Literal["auto", "system", "loader"] = "auto"

    allowed_countries: Words = []
    target_countries: dict[str, str] = {}
    outside: Literal["refuse", "warn"] = "warn"
    keep_digits: bool = False
    keep_spoken_text: bool = False
    keep_webhook_bodies: bool = False
    keep_calls_days: Days = 365
    keep_recordings_days: Days = 90
    keep_events_days: Days = 90
    keep_webhooks_days: Days = 30
    keep_outbox_days: Days = 30
    keep_consents_days: Days = 1825
    keep_audit_days: Days = 1825
    keep_logs_days: Days = 30

    log_format: LogFormat = LogFormat.TEXT
    log_level: LogLevel = LogLevel.INFO
    log_folder: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _over_the_sources(cls, given: dict[str, Any]) -> dict[str, Any]:
        return given_settings(cls.model_fields, TABLES) | given

    @field_validator("rtp_ports")
    @classmethod
    def _range_of_ports(cls, value: str) -> str:
        first, dash, last = value.partition("-")
        if not (dash and first.isdigit() and last.isdigit() and 1024 <= int(first) < int(last) <= 65535):
            raise ValueError("write two ports from 1024 to 65535, the lower first, such as 10000-14000")
        return value

    @field_validator("sip_host", "public_address")
    @classmethod
    def _one_of_each_version(cls, value: str | None) -> str | None:
        given = _addresses(value)
        if len(given) > 2 or len({":" in each for each in given}) < len(given) or value == "":
            raise ValueError("write an address, or one of IPv4 and one of IPv6, such as 192.0.2.1, 2001:db8::1")
        return value

    @field_validator("allowed_countries")
    @classmethod
    def _countries(cls, value: list[str]) -> list[str]:
        if any(len(each) != 2 or not each.isalpha() for each in value):
            raise ValueError("write countries as their two letters, such as be, de, fr")
        return [each.lower() for each in value]

    @field_validator("public_url", "node_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/@\s?#]+(/[^\s?#]*)?", value):
            raise ValueError("write where others reach this interface, such as https://voice.example.com")
        return value.rstrip("/")

    @field_validator("policy_webhook")
    @classmethod
    def _policy_webhook(cls, value: str) -> str:
        return told_at(value, "refused calls", "https://ops.example.com/calls")

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        self._require_public_addresses_of_own()
        if SipTransport.TLS in self.sip_transports and not (self.tls_cert and self.tls_key):
            raise ValueError("the transport tls needs tls_cert and tls_key")
        if self.node_links == "tls" and SipTransport.TLS not in self.sip_transports:
            raise ValueError("node_links over tls need tls among sip_transports")
        if (self.http_tls_cert is None) != (self.http_tls_key is None):
            raise ValueError("HTTP over TLS needs http_tls_cert and http_tls_key")
        return self

    def _require_public_addresses_of_own(self) -> None:
        for each in self.public_addresses:
            if (":" in each) not in {":" in host for host in self.sip_hosts}:
                version = "IPv6" if ":" in each else "IPv4"
                raise ValueError(f"public_address {each} is of {version}, of which sip_host ({self.sip_host}) has none")

    @property
    def sip_hosts(self) -> tuple[str, ...]:
        """The addresses of `sip_host`: one, or one of each IP version."""
        return _addresses(self.sip_host)

    @property
    def public_addresses(self) -> tuple[str, ...]:
        """The addresses of `public_address`, at most one of each IP version."""
        return _addresses(self.public_address)

    @property
    def rtp_first_port(self) -> int:
        return int(self.rtp_ports.partition("-")[0])

    @property
    def rtp_last_port(self) -> int:
        return int(self.rtp_ports.partition("-")[2])

    @property
    def webhook_timeout_s(self) -> float:
        return self.webhook_timeout

    @property
    def database(self) -> str:
        """SQLAlchemy URL; an SQLite file in the data folder unless one is set."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'telefoon.db'}"


def load() -> Settings:
    """The settings of this process. Raises SettingsError that names every wrong one."""
    if f"{PREFIX}CONFIG" in os.environ and not settings_file().is_file():
        raise SettingsError(f"{PREFIX}CONFIG is {str(settings_file())!r}: there is no such file.")
    try:
        return Settings()
    except ValidationError as invalid:
        raise SettingsError("\n".join(_explain(dict(error)) for error in invalid.errors())) from None


def _explain(error: dict[str, object]) -> str:
    place = error["loc"]
    place = place if isinstance(place, tuple) else ()
    name = str(place[0]) if place else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    if not name:
        return f"Settings: {message}."
    if error["type"] == "extra_forbidden":
        return f"{'.'.join(map(str, place))} in {settings_file()} is no setting. config/telefoon.toml lists them all."
    if name == "tts_servers":
        # What was given stays unsaid: it may be, or hold, a server's key.
        return f"{PREFIX}{name.upper()}, {', '.join(map(str, place[1:])) or 'as a whole'}: {message}."
    return f"{PREFIX}{name.upper()} is {error['input']!r}: {message}."
