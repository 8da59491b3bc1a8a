"""Asks the running product on this machine whether it is well: exit code 0 if /healthz answers 200, else 1.

python3 -m scripts.healthy      the port is TELEFOON_HTTP_PORT's, 8080 without it
"""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Mapping

_TIMEOUT_S = 2.0
_DEFAULT_PORT = 8080


def main() -> None:
    """The command line."""
    by_tls = bool(os.environ.get("TELEFOON_HTTP_TLS_CERT"))
    raise SystemExit(0 if is_healthy(http_port(os.environ), by_tls=by_tls) else 1)


def http_port(environment: Mapping[str, str]) -> int:
    """The port of the product's HTTP server, as its environment sets it."""
    return int(environment.get("TELEFOON_HTTP_PORT") or _DEFAULT_PORT)


def is_healthy(port: int, host: str = "127.0.0.1", *, by_tls: bool = False) -> bool:
    """Whether /healthz answers 200 within two seconds; of TLS any certificate will do, for nothing is told there."""
    connection = _over_tls(host, port) if by_tls else http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _over_tls(host: str, port: int) -> http.client.HTTPSConnection:
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=anybody)


if __name__ == "__main__":
    main()
