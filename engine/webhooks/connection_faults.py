"""What is wrong where an exchange with a customer's server failed, by the field's numbers."""

import ssl

from aiohttp import (
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientPayloadError,
    ClientResponseError,
    ClientSSLError,
    ConnectionTimeoutError,
    InvalidURL,
    ServerTimeoutError,
)

from engine.flow_faults import FlowFault

_EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""
_OTHER_NAME = frozenset({62, 63, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH, ..._EMAIL_MISMATCH and ..._IP_ADDRESS_MISMATCH."""


def fault_of(error: Exception) -> FlowFault:
    """What an error of the HTTP client, or of its sockets, comes to."""
    match error:
        case ssl.SSLCertVerificationError():
            return _certificate_fault(error)
        case ClientSSLError() | ssl.SSLError():
            return FlowFault.TLS
        case ClientConnectorDNSError():
            return FlowFault.HOST_NAME
        case ClientConnectorError() | ConnectionTimeoutError() | ServerTimeoutError():
            return FlowFault.CONNECTION
        case ClientResponseError() | ClientPayloadError():
            return FlowFault.PROTOCOL
        case InvalidURL():
            return FlowFault.URL
        case _:
            return FlowFault.CONNECTION


def _certificate_fault(error: ssl.SSLCertVerificationError) -> FlowFault:
    # aiohttp's error holds the one that tells.
    told = getattr(error, "certificate_error", error)
    code = getattr(told, "verify_code", None)
    if code == _EXPIRED:
        return FlowFault.CERTIFICATE_EXPIRED
    return FlowFault.CERTIFICATE_NAME if code in _OTHER_NAME else FlowFault.CERTIFICATE
