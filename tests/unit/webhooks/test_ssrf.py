"""No URL of a customer reaches what is inside the platform's network, whichever way it is asked for."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web as http
from aiohttp.abc import ResolveResult

from engine.errors import EgressDenied, WebhookError
from engine.webhooks.call_web import CallWeb
from engine.webhooks.client import WebhookClient
from tests.unit.webhooks.server import CustomerServer, a_call_of

INSIDE = {
    "loopback": "http://127.0.0.1/",
    "all of loopback": "http://127.8.8.8/",
    "this host": "http://0.0.0.0/",
    "IPv6 loopback": "http://[::1]/",
    "IPv6 unspecified": "http://[::]/",
    "IPv4 mapped into IPv6": "http://[::ffff:127.0.0.1]/",
    "IPv4 mapped into IPv6, in hexadecimal": "http://[::ffff:7f00:1]/",
    "IPv4 compatible IPv6": "http://[::127.0.0.1]/",
    "NAT64": "http://[64:ff9b::7f00:1]/",
    "6to4": "http://[2002:7f00:1::]/",
    "decimal": "http://2130706433/",
    "octal": "http://0177.0.0.1/",
    "octal, whole": "http://017700000001/",
    "hexadecimal": "http://0x7f000001/",
    "hexadecimal with dots": "http://0x7f.0x0.0x0.0x1/",
    "shortened": "http://127.1/",
    "the name of loopback": "http://localhost/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata over IPv6": "http://[fd00:ec2::254]/",
    "metadata in decimal": "http://2852039166/",
    "private": "http://10.0.0.1/",
    "private 172": "http://172.16.0.1/",
    "private 192": "http://192.168.0.1/",
    "carrier-grade NAT": "http://100.64.0.1/",
    "link-local IPv6": "http://[fe80::1]/",
    "unique local IPv6": "http://[fd12:3456::1]/",
    "a public name as user": "http://public.example@127.0.0.1/",
    "a public name as user and password": "http://public.example:80@127.0.0.1/",
    "a public name after the fragment": "http://127.0.0.1#@public.example/",
    "a public name after a backslash": "http://127.0.0.1\\@public.example/",
    "full-width digits": "http://\uff11\uff12\uff17.0.0.1/",
    "digits in circles": "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
    "a dot at the end": "http://127.0.0.1./",
    "file": "file:///etc/passwd",
    "ftp": "ftp://public.example/",
    "gopher": "gopher://127.0.0.1:6379/_INFO",
    "data": "data:text/xml,<Response/>",
    "javascript": "javascript:alert(1)",
    "websocket": "ws://public.example/",
}

Ask = Callable[[CallWeb, str, Path], Awaitable[object]]


async def document(web: CallWeb, url: str, _: Path) -> object:
    return await web.fetch_document(url, "POST", {})


async def callback(web: CallWeb, url: str, _: Path) -> object:
    return await web.request(url, "POST", {})


async def media(web: CallWeb, url: str, folder: Path) -> object:
    return await web.download(url, folder / "media", 1000)


WAYS = pytest.mark.parametrize("ask", [document, callback, media])


@pytest_asyncio.fixture
async def public() -> AsyncIterator[CallWeb]:
    """As a stranger's call on a server with the usual settings."""
    client = WebhookClient(timeout_s=5)
    await client.start()
    yield a_call_of(client)
    await client.close()


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[CallWeb]:
    """127.0.0.1 plays the public network; all else of loopback is inside."""
    client = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.1/32")])
    await client.start()
    yield a_call_of(client)
    await client.close()


@WAYS
@pytest.mark.parametrize("url", INSIDE.values(), ids=INSIDE)
async def test_what_leads_inside_is_denied(public: CallWeb, ask: Ask, url: str, tmp_path: Path) -> None:
    with pytest.raises(WebhookError) as denied:
        await ask(public, url, tmp_path)
    assert isinstance(denied.value, EgressDenied) or "URL" in str(denied.value)


@WAYS
@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2/", "http://[::1]/", "//127.0.0.2/", "http://2130706434/", "file:///etc/passwd", "ftp://x.example/",
     "http://169.254.169.254/", "http://user@127.0.0.2/", "http://[::ffff:127.0.0.2]/"],
)  # fmt: skip
@pytest.mark.parametrize("status", [301, 307])
async def test_a_redirect_inside_is_denied(
    outside: CallWeb, customer: CustomerServer, ask: Ask, target: str, status: int, tmp_path: Path
) -> None:
    with pytest.raises(EgressDenied):
        await ask(outside, customer.redirects("/", target, status), tmp_path)
    assert len(customer.asked) == 1


@WAYS
async def test_the_last_redirect_of_a_chain_is_denied_too(
    outside: CallWeb, customer: CustomerServer, ask: Ask, tmp_path: Path
) -> None:
    customer.redirects("/3", "http://127.0.0.2/")
    customer.redirects("/2", "/3")
    with pytest.raises(EgressDenied):
        await ask(outside, customer.redirects("/1", "/2"), tmp_path)
    assert [asked.path for asked in customer.asked] == ["/1", "/2", "/3"]


@WAYS
async def test_a_chain_without_end_ends(outside: CallWeb, customer: CustomerServer, ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(WebhookError, match="more than 3 times"):
        await ask(outside, customer.redirects("/", "/"), tmp_path)


async def test_a_name_that_changes_its_mind_gains_nothing(customer: CustomerServer) -> None:
    """DNS rebinding: harmless for the first request, inside for the redirect that follows it at once."""
    answers = iter(["127.0.0.1", "127.0.0.2", "127.0.0.2"])

    async def lookup(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=next(answers), port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def leave(_: http.Request) -> http.Response:
        return http.Response(status=302, headers={"Location": "/again", "Connection": "close"})

    customer.handles("/", leave)
    client = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.1/32")], lookup=lookup)
    await client.start()
    try:
        with pytest.raises(EgressDenied):
            await a_call_of(client).request(customer.url.replace("127.0.0.1", "rebinding.example") + "/", "POST", {})
    finally:
        await client.close()
    assert [asked.path for asked in customer.asked] == ["/"]


async def test_credentials_do_not_follow_a_redirect_to_another_host(
    client: WebhookClient, customer: CustomerServer
) -> None:
    away = customer.serves("/away", "").replace("127.0.0.1", "localhost")
    url = customer.redirects("/here", away).replace("://", "://anna:secret@")
    await a_call_of(client).request(url, "POST", {})
    assert "Authorization" in customer.asked[0].headers
    assert "Authorization" not in customer.asked[1].headers
