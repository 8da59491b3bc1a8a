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
    40: "handshake failure; it may want a certificate of ours (tls_certificate)",
    42: "our certificate is bad",
    43: "our certificate is of a kind that it does not take",
    44: "our certificate is revoked",
    45: "our certificate has expired",
    46: "our certificate is not acceptable",
    48: "our certificate is from an issuer that it does not trust",
    70: "it speaks no version of TLS that we do, which are 1.2 and 1.3",
    71: "our ciphers are not strong enough for it",
    112: "it does not know the name that we asked for",
    116: "it wants a certificate of ours (tls_certificate)",
}
"""What the far end has said (RFC 8446 §6.2)."""


def tls_fault(host: str, reason: str) -> str:
    """What the last connection to a host has failed of; `reason` is the library's own. On the SIP thread."""
    told = str(pj.tls_fault(host)) or reason
    if _END in told:
        return "TLS: the far end has closed the connection; it may want a certificate of ours (tls_certificate)"
    found = _UNKNOWN.search(told)
    alert = int(found[1]) - _FIRST_ALERT if found else -1
    if not 0 <= alert <= _LAST_ALERT:
        return told
    return f"TLS: the far end refuses us: {_ALERTS.get(alert, 'it does not say why')} (alert {alert})"
