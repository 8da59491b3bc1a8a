"""The image's health check."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.healthy import http_port, is_healthy


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield server.server_port
        thread.join(5)


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False)])
def test_only_a_200_is_well(status: int, *, well: bool) -> None:
    with answering(status) as port:
        assert is_healthy(port) is well


def test_nobody_there_is_not_well() -> None:
    with answering(200) as port:
        is_healthy(port)

    assert not is_healthy(port)


def test_the_port_is_the_settings_own() -> None:
    assert http_port({"TELEFOON_HTTP_PORT": "9000"}) == 9000
    assert http_port({}) == 8080
