"""What stood in the way of a connection over TLS, in words that name it."""

import re
from typing import Final

import pjsua2 as pj

_FIRST_ALERT: Final = 470_000 + 20 * 1200 + 1000
"""How the library numbers an alert that came in: its own range, OpenSSL's library of TLS, and the reasons there."""

_LAST_ALERT: Final = 255
_UNKNOWN: Final = re.compile(r"Unknown error (\d+)")
_END: Final = "PJ_EEOF"

_ALERTS: Final = {
    40: ("alert handshake failure", "handshake failure; it may want a certificate of ours (tls_certificate)"),
    42: ("alert bad certificate", "our certificate is bad"),
    43: ("alert unsupported certificate", "our certificate is of a kind that it does not take"),
    44: ("alert certificate revoked", "our certificate is revoked"),
    45: ("alert certificate expired", "our certificate has expired"),
    46: ("alert certificate unknown", "our certificate is not acceptable"),
    48: ("alert unknown ca", "our certificate is from an issuer that it does not trust"),
    70: ("alert protocol version", "it speaks no version of TLS that we do, which are 1.2 and 1.3"),
    71: ("alert insufficient security", "our ciphers are not strong enough for it"),
    112: ("unrecognized name", "it does not know the name that we asked for"),
    116: ("alert certificate required", "it wants a certificate of ours (tls_certificate)"),
}
"""What the far end has said (RFC 8446 §6.2): OpenSSL's words for it, and ours.

The library tells the number, or the words where somebody in the process has had OpenSSL load them.
"""


def tls_fault(host: str, reason: str) -> str:
    """What the last connection to a host has failed of; `reason` is the library's own. On the SIP thread."""
    noted = str(pj.tls_fault(host))
    if _END in noted:
        return "TLS: the far end has closed the connection; it may want a certificate of ours (tls_certificate)"
    told = noted or reason
    if _END in told:
        return "TLS: the far end has closed the connection"  # after it has spoken SIP, so it wants none
    if (alert := _alert_in(told)) is None:
        return told
    _, why = _ALERTS.get(alert, ("", "it does not say why"))
    return f"TLS: the far end refuses us: {why} (alert {alert})"


def _alert_in(told: str) -> int | None:
    if found := _UNKNOWN.search(told):
        alert = int(found[1]) - _FIRST_ALERT
        return alert if 0 <= alert <= _LAST_ALERT else None
    return next((number for number, (words, _) in _ALERTS.items() if words in told), None)
