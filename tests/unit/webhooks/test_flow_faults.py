"""What is wrong with a server's answer, by the field's numbers, with a real server that has it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import NoReturn

import pytest
from aiohttp import ClientError, ClientSession
from aiohttp.web import Request, Response
from cryptography import x509

from engine.errors import DocumentError, WebhookError
from engine.flow.document import Verb
from engine.flow.verbs.hangup import Hangup
from engine.flow.verbs.play import Play
from engine.flow.verbs.say import Say
from engine.flow_faults import FlowFault
from engine.webhooks.call_web import CallWeb
from engine.webhooks.client import WebhookClient
from engine.webhooks.connection_faults import fault_of
from tests.peers.certificates import make_pems, server_context
from tests.unit.webhooks.server import CustomerServer, a_call_of


async def fault(web: CallWeb, url: str) -> FlowFault:
    with pytest.raises((WebhookError, DocumentError)) as raised:
        await web.fetch_document(url, "POST", {})
    assert isinstance(raised.value, WebhookError | DocumentError)
    return raised.value.fault


@asynccontextmanager
async def answering(answer: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A port where any request gets these bytes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("", FlowFault.EMPTY),
        ("<Response><Say>Hello</Response>", FlowFault.PARSE),
        ("<Answer/>", FlowFault.ROOT),
        ("<Response><Dance/></Response>", FlowFault.SCHEMA),
        ("<Response><Say loop='often'>Hello</Say></Response>", FlowFault.SCHEMA),
        ("Fatal error in line 3", FlowFault.CONTENT_TYPE),
        ('[{"verb": "say"', FlowFault.PARSE),
        ('[{"verb": "dance"}]', FlowFault.SCHEMA),
        (f"<Response><Say>{'a' * 70_000}</Say></Response>", FlowFault.TOO_LONG),
    ],
)
async def test_what_is_wrong_with_a_document(
    web: CallWeb, customer: CustomerServer, answer: str, what: FlowFault
) -> None:
    url = customer.serves("/flow", answer, "text/html")

    assert await fault(web, url) is what


@pytest.mark.parametrize(
    ("answer", "verbs"),
    [
        ("", ()),
        (" \n", ()),
        ("Wij zijn gesloten. Tot morgen!\n", (Say("Wij zijn gesloten. Tot morgen!"),)),
        ("Caf\u00e9 < 3 km", (Say("Caf\u00e9 < 3 km"),)),
        ("<Response><Hangup/></Response>", (Hangup(),)),
    ],
)
async def test_an_answer_of_plain_text_is_said_unless_it_is_a_flow(
    web: CallWeb, customer: CustomerServer, answer: str, verbs: tuple[Verb, ...]
) -> None:
    document = await web.fetch_document(customer.serves("/flow", answer, "text/plain"), "POST", {})

    assert document.verbs == verbs


@pytest.mark.parametrize("kind", ["audio/mpeg", "audio/x-wav", "Audio/WAV; rate=8000"])
async def test_an_answer_that_is_sound_is_played(web: CallWeb, customer: CustomerServer, kind: str) -> None:
    async def sound(_: Request) -> Response:
        return Response(body=bytes(100_000), headers={"Content-Type": kind})

    url = customer.handles("/hello", sound)

    assert (await web.fetch_document(url, "POST", {})).verbs == (Play(url),)


async def test_sound_of_a_server_that_fails_is_no_sound(web: CallWeb, customer: CustomerServer) -> None:
    url = customer.serves("/hello", "", "audio/wav", status=500)

    assert await fault(web, url) is FlowFault.RETRIEVAL


@pytest.mark.parametrize("status", [404, 500])
async def test_another_status(web: CallWeb, customer: CustomerServer, status: int) -> None:
    url = customer.serves("/flow", "<Response/>", status=status)

    assert await fault(web, url) is FlowFault.RETRIEVAL


async def test_redirects_in_circles_and_to_no_url(web: CallWeb, customer: CustomerServer) -> None:
    assert await fault(web, customer.redirects("/here", "/here")) is FlowFault.REDIRECTS
    assert await fault(web, customer.redirects("/there", "http://[bad")) is FlowFault.REDIRECT


@pytest.mark.parametrize("url", ["/relative", "http://[bad"])
async def test_no_url(web: CallWeb, url: str) -> None:
    assert await fault(web, url) is FlowFault.URL


async def test_nobody_listens(web: CallWeb) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))

        assert await fault(web, f"http://127.0.0.1:{unused.getsockname()[1]}/") is FlowFault.CONNECTION


async def test_silence(web: CallWeb, customer: CustomerServer) -> None:
    async def never(_: object) -> NoReturn:
        await asyncio.Event().wait()
        raise AssertionError

    url = customer.handles("/slow", never)

    assert await fault(web, f"{url}#rt=100") is FlowFault.CONNECTION
    assert await fault(web, f"{url}#tt=100") is FlowFault.CONNECTION


async def test_an_address_that_may_not_be_reached(web: CallWeb) -> None:
    assert await fault(web, "http://10.0.0.1/flow") is FlowFault.CONNECTION


async def test_a_name_without_an_address() -> None:
    async def unknown(*_: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    client = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.0/8")], lookup=unknown)
    await client.start()
    try:
        assert await fault(a_call_of(client), "http://nowhere.invalid/flow") is FlowFault.HOST_NAME
    finally:
        await client.close()


@pytest.mark.parametrize(
    "answer", [b"220 smtp.example ready\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Response>"]
)
async def test_no_http_and_half_an_answer(web: CallWeb, answer: bytes) -> None:
    async with answering(answer) as port:
        assert await fault(web, f"http://127.0.0.1:{port}/") is FlowFault.PROTOCOL


async def test_no_tls(web: CallWeb, customer: CustomerServer) -> None:
    assert await fault(web, customer.url.replace("http:", "https:")) is FlowFault.TLS


async def test_a_certificate_of_nobody_whom_we_trust(web: CallWeb, tmp_path: Path) -> None:
    async with answering(b"", server_context(make_pems(tmp_path))) as port:
        assert await fault(web, f"https://127.0.0.1:{port}/") is FlowFault.CERTIFICATE


@pytest.mark.parametrize(
    ("names", "expired", "what"),
    [
        ([x509.IPAddress(ip_address("127.0.0.1"))], True, FlowFault.CERTIFICATE_EXPIRED),
        ([x509.IPAddress(ip_address("127.0.0.2"))], False, FlowFault.CERTIFICATE_NAME),
        ([x509.DNSName("other.example")], False, FlowFault.CERTIFICATE_NAME),
    ],
)
async def test_a_certificate_that_has_expired_or_is_anothers(
    tmp_path: Path, names: list[x509.GeneralName], expired: bool, what: FlowFault
) -> None:
    pems = make_pems(tmp_path, names=names, expired=expired)
    trusting = ssl.create_default_context(cafile=pems.ca)
    async with answering(b"", server_context(pems)) as port, ClientSession() as session:
        with pytest.raises(ClientError) as raised:
            await session.get(f"https://127.0.0.1:{port}/", ssl=trusting)

    assert fault_of(raised.value) is what
