"""Where a program is, is decided before anything is connected: by its URL, its address and its country."""

import socket
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from aiohttp.abc import ResolveResult
from twilio.request_validator import RequestValidator

from engine.errors import EgressDenied, WebhookError
from engine.ports.streams import StreamServer
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver
from engine.security.residency import Outside, Residency
from engine.webhooks.program_servers import ProgramServers
from engine.webhooks.signing import OneSecret

NOW = datetime(2026, 11, 30, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"),)


async def found(
    url: str, *, at: str = "203.0.114.7", egress: Egress | None = None, secret: str = "secret"
) -> StreamServer:
    """The server of a URL whose name leads to the address `at`."""

    async def lookup(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        if not at:
            raise OSError("no such name")
        return [ResolveResult(hostname=host, host=at, port=port, family=family, proto=0, flags=0)]

    judged = egress or Egress()
    resolver = GuardedResolver(judged, lookup)
    try:
        return await ProgramServers(judged, resolver, OneSecret(secret), lambda: NOW).server("AC1", url)
    finally:
        await resolver.close()


async def test_a_server_is_its_address_and_its_handshake_is_signed_as_webhooks_are() -> None:
    url = "wss://program.example:8443/media/a%20b"

    server = await found(url)

    assert (server.address, server.host, server.port) == ("203.0.114.7", "program.example", 8443)
    assert (server.path, server.secure) == ("/media/a%20b", True)
    headers = dict(server.headers)
    assert RequestValidator("secret").validate(url, {}, headers["X-Twilio-Signature"])
    assert headers["webhook-signature"].startswith("v1,")
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


async def test_without_a_port_it_is_that_of_https_and_without_a_path_the_root() -> None:
    server = await found("wss://program.example")

    assert (server.port, server.path) == (443, "/")


async def test_an_account_without_a_secret_signs_nothing() -> None:
    assert (await found("wss://program.example/", secret="")).headers == ()


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("https://program.example/", "begins with wss://"),
        ("/media", "begins with wss://"),
        ("wss:///media", "begins with wss://"),
        ("wss://program.example:99999/", "Port"),
        ("wss://program.example/media?token=1", "as Parameter"),
        ("wss://program.example/media#there", "as Parameter"),
        ("wss://me:pw@program.example/media", "as Parameter"),
    ],
)
async def test_what_is_no_program_of_ours_is_refused_with_the_mend(url: str, mend: str) -> None:
    with pytest.raises(WebhookError, match=mend):
        await found(url)


@pytest.mark.parametrize("at", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
async def test_a_name_that_leads_inside_is_refused_once_it_is_resolved(at: str) -> None:
    with pytest.raises(EgressDenied):
        await found("wss://program.example/", at=at)
    with pytest.raises(EgressDenied):
        await found(f"wss://{f'[{at}]' if ':' in at else at}/")


async def test_plain_ws_is_for_networks_that_the_operator_names() -> None:
    allowed = Egress(LOOPBACK)

    assert not (await found("ws://program.example:8080/", at="127.0.0.1", egress=allowed)).secure
    assert (await found("ws://127.0.0.1:8080/", egress=allowed)).address == "127.0.0.1"
    with pytest.raises(WebhookError, match="EGRESS_ALLOW"):
        await found("ws://program.example/", egress=allowed)


async def test_a_country_outside_is_refused_by_the_address() -> None:
    inside = Residency(frozenset({"be"}), {"203.0.114.0/24": "us"}, Outside.REFUSE)

    with pytest.raises(EgressDenied, match="allowed are BE"):
        await found("wss://program.example/", egress=Egress((), inside))


async def test_a_name_without_an_address_is_told() -> None:
    with pytest.raises(WebhookError, match="no such name"):
        await found("wss://program.example/", at="")
