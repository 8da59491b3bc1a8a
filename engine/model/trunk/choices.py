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


class Transport(StrEnum):
    """What carries SIP to the trunk."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Srtp(StrEnum):
    """Whether media towards the trunk is encrypted (RFC 4568 keys)."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class KeepAlive(StrEnum):
    """What keeps the way to the trunk open, through NAT and firewalls."""

    NONE = "none"
    CRLF = "crlf"
    OPTIONS = "options"


class SessionTimers(StrEnum):
    """Whether calls are refreshed (RFC 4028)."""

    OFF = "off"
    SUPPORTED = "supported"
    REQUIRED = "required"
    ALWAYS = "always"
