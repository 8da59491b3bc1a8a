"""A SIP message of a call, as it was on the wire."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SipMessage:
    """A message that was sent or has come in. Addresses are "address:port", IPv6 in brackets; lines end with CR LF."""

    at: datetime
    sent: bool
    transport: str
    local: str
    remote: str
    text: str
