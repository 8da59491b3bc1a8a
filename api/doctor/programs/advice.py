"""How to mend a program that can't be reached, or does not open a WebSocket."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NOT_RESOLVED: Final = "Look for a mistake in the name, and whether this machine's name servers know it."
NOT_PUBLIC: Final = (
    "Give it a public address; or, if it is the operator's own, allow its network with TELEFOON_EGRESS_ALLOW."
)
OTHER_COUNTRY: Final = "Run it in an allowed country, or say where it is in TELEFOON_TARGET_COUNTRIES."
NO_TLS: Final = "Write wss, and give it a certificate; ws is for networks in TELEFOON_EGRESS_ALLOW alone."
NO_ANSWER: Final = "Look whether a firewall drops what comes from the platform, and whether the port is the right one."
REFUSED: Final = "Start the program, and look whether it listens on this port for connections from outside."
NO_TLS_THERE: Final = "Something else than TLS answers at this port: name the one where the certificate is, often 443."
EXPIRES_SOON: Final = "Renew it soon: from then on no call reaches the program."
SILENT: Final = "The program, or the proxy before it, accepts and says nothing: look at the logs of both."
CLOSED: Final = "The program broke off in the handshake: its own log says why."
NOT_HTTP: Final = "Something else than a web server answers at this port: look at the port in the address."
OTHER_KEY: Final = "Something in between answers for the program: let it pass the handshake on untouched."

_SIGNATURE: Final = (
    "If the program checks X-Twilio-Signature, name the account with --account. It is made over the wss address as the "
    "flow writes it, with the secret of `telefoon accounts secret`: a program behind a proxy often checks another one."
)
_UPGRADE: Final = (
    "No WebSocket is at this path. A proxy has to pass the headers Upgrade and Connection on (in nginx: "
    "proxy_http_version 1.1 and proxy_set_header for both)."
)
_REDIRECT: Final = "No redirect is followed: write the address that it leads to, with wss, in the flow."
_PATH: Final = "Look at the path: the program has none of this name."
_PROXY: Final = (
    "A proxy answers for the program, which it can't reach: look whether the program runs, and at which port."
)
_FAILED: Final = "The program failed in the handshake: its own log says why."

_OF_STATUS: Final[Mapping[int, str]] = MappingProxyType({
    401: _SIGNATURE,
    403: _SIGNATURE,
    404: _PATH,
    502: _PROXY,
    503: _PROXY,
    504: _PROXY,
})  # fmt: skip

_EXPIRED: Final = 10
"""X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL; those that follow are its numbers too."""
_OTHER_NAME: Final = frozenset({62, 63, 64})
_UNKNOWN_ISSUER: Final = frozenset({2, 18, 19, 20, 21})


def of_status(status: int) -> str:
    """What to do about a status of HTTP in place of 101."""
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    if 300 <= status < 400:
        return _REDIRECT
    return _FAILED if status >= 500 else _UPGRADE


def of_certificate(code: int) -> str:
    """What to do about a certificate that OpenSSL refuses with this code."""
    if code == _EXPIRED:
        return "Renew the certificate, and let the server load it."
    if code in _OTHER_NAME:
        return "Name the host in the flow as the certificate names it, or have one made for this name."
    if code in _UNKNOWN_ISSUER:
        return (
            "Have it made by an authority that machines believe, and let the server send the certificates in between "
            "too; a private authority belongs in the file that SSL_CERT_FILE names."
        )
    return "Have another certificate made for this host."
