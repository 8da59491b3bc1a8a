"""Asks the running product on this machine whether it is well: exit code 0 if /healthz answers 200, else 1.

python3 -m scripts.healthy      the port is TELEFOON_HTTP_PORT's, 8080 without it
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Mapping

_TIMEOUT_S = 2.0
_DEFAULT_PORT = 8080


def main() -> None:
    """The command line."""
    raise SystemExit(0 if is_healthy(http_port(os.environ)) else 1)


def http_port(environment: Mapping[str, str]) -> int:
    """The port of the product's HTTP server, as its environment sets it."""
    return int(environment.get("TELEFOON_HTTP_PORT") or _DEFAULT_PORT)


def is_healthy(port: int, host: str = "127.0.0.1") -> bool:
    """Whether /healthz answers 200 within two seconds."""
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
