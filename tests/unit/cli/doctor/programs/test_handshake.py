"""What the doctor says of a program behind a WebSocket: each thing that can be wrong, with its mend."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from yarl import URL

from api.doctor.finding import Finding
from api.doctor.programs.address import program_url
from api.doctor.programs.handshake import HandshakeTrial, examine_handshake
from engine.errors import InvalidField
from engine.security.egress import Egress
from engine.security.residency import Outside, Residency
from tests.peers.certificates import make_pems, server_context
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import RawStream, raw_stream_server
from tests.peers.tcp_server import tcp_server

LOOPBACK = (ip_network("127.0.0.0/8"),)
HERE = Egress(LOOPBACK)


async def examined(url: str, egress: Egress = HERE, **fields: float) -> list[Finding]:
    trial = HandshakeTrial(URL(url), egress, {"X-Twilio-Signature": "abc="}, **fields)
    return [each async for each in examine_handshake(trial)]


async def last_of(
    behaviour: Callable[[RawStream], Awaitable[None]], tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Finding:
    async with raw_stream_server(behaviour, tls=tls) as server:
        *_, last = await examined(f"{'wss' if tls else 'ws'}://{host}:{server.port}/media", patience_s=0.5)
    return last


async def accepts(stream: RawStream) -> None:
    assert stream.head.startswith("GET /media HTTP/1.1\r\n")
    assert "X-Twilio-Signature: abc=\r\n" in stream.head
    stream.accept()


def answers(answer: bytes) -> Callable[[RawStream], Awaitable[None]]:
    async def behave(stream: RawStream) -> None:
        await stream.send(answer)

    return behave


@pytest.fixture
def believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., ssl.SSLContext]:
    """Makes the TLS of a server whose authority is believed, unless that is not wanted."""

    def make(*, believe: bool = True, **fields: object) -> ssl.SSLContext:
        pems = make_pems(tmp_path / "pems", **fields)  # type: ignore[arg-type]
        if believe:
            monkeypatch.setenv("SSL_CERT_FILE", str(pems.ca))
        return server_context(pems)

    return make


async def test_a_program_that_opens_a_websocket_is_fit_in_every_step(
    believed: Callable[..., ssl.SSLContext],
) -> None:
    async with raw_stream_server(accepts, tls=believed(days=90)) as server:
        found = await examined(f"wss://127.0.0.1:{server.port}/media")

    assert [each.ok for each in found] == [True] * 4
    name, _, certificate, handshake = found
    assert name.detail == "127.0.0.1 is 127.0.0.1"
    assert "valid for 89 days more" in certificate.detail
    assert handshake.detail.startswith("it opened after ")


async def test_a_certificate_that_ends_soon_is_to_be_renewed(believed: Callable[..., ssl.SSLContext]) -> None:
    async with raw_stream_server(accepts, tls=believed(days=13)) as server:
        _, _, certificate, _ = await examined(f"wss://127.0.0.1:{server.port}/media")

    assert certificate.ok
    assert certificate.advice.startswith("Renew it soon")


@pytest.mark.parametrize(
    ("answer", "seen", "mend"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: https://a.example/x\r\n\r\n", "leads to https://a.example/x", "No redirect"),
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", "401 Unauthorized", "X-Twilio-Signature"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "403 Forbidden", "X-Twilio-Signature"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found", "Look at the path"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "200 OK", "proxy_set_header"),
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", "500 Internal", "its own log"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "502 Bad", "can't reach"),
        (b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n", "not to the key", "in between"),
        (b"220 mail.example ESMTP\r\n\r\n", "not HTTP: '220 mail", "the port"),
        (b"x" * 20_000, "no answer", "the port"),
        (b"", "the connection was closed", "its own log"),
        (b"HTTP/1.1 1", "closed after b'HTTP/1.1 1'", "its own log"),
    ],
)
async def test_an_answer_that_opens_no_websocket_is_told_with_its_mend(answer: bytes, seen: str, mend: str) -> None:
    finding = await last_of(answers(answer))

    assert (finding.subject, finding.ok) == ("Program's handshake", False)
    assert seen in finding.detail
    assert mend in finding.advice


async def test_a_program_that_accepts_and_says_nothing_is_told() -> None:
    async def waits(_stream: RawStream) -> None:
        await asyncio.sleep(2)

    finding = await last_of(waits)

    assert "nothing comes within 0.5 s" in finding.detail
    assert "says nothing" in finding.advice


@pytest.mark.parametrize(
    ("fields", "mend"),
    [
        ({"expired": True}, "Renew the certificate"),
        ({"names": [x509.DNSName("other.example")]}, "Name the host"),
        ({"believe": False}, "an authority that machines believe"),
    ],
    ids=["expired", "of another name", "of nobody"],
)
async def test_a_certificate_that_is_not_believed_is_told_with_its_mend(
    believed: Callable[..., ssl.SSLContext], fields: dict[str, object], mend: str
) -> None:
    finding = await last_of(accepts, tls=believed(**fields))

    assert (finding.subject, finding.ok) == ("Program's certificate", False)
    assert mend in finding.advice


async def test_tls_where_there_is_none_is_told() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with tcp_server(answer) as port:
        *_, last = await examined(f"wss://127.0.0.1:{port}/media")

    assert (last.subject, last.ok) == ("Program's certificate", False)
    assert "Something else than TLS" in last.advice


@pytest.mark.parametrize(
    ("url", "egress", "subject", "mend"),
    [
        ("wss://nobody.invalid/media", HERE, "Program's name", "mistake in the name"),
        ("wss://127.0.0.1/media", Egress(), "Program's address", "TELEFOON_EGRESS_ALLOW"),
        (
            "wss://9.9.9.9/media",
            Egress((), Residency(frozenset({"be"}), {"9.9.9.9": "us"}, Outside.REFUSE)),
            "Program's address",
            "TELEFOON_TARGET_COUNTRIES",
        ),
    ],
    ids=["not resolved", "inside a network", "in another country"],
)
async def test_an_address_that_calls_may_not_reach_is_told_with_its_mend(
    url: str, egress: Egress, subject: str, mend: str
) -> None:
    *_, last = await examined(url, egress)

    assert (last.subject, last.ok) == (subject, False)
    assert mend in last.advice


async def test_ws_is_only_for_networks_of_the_operator() -> None:
    trial = HandshakeTrial(URL("ws://9.9.9.9:1/media"), HERE)

    *_, last = [each async for each in examine_handshake(trial)]

    assert "without TLS" in last.detail
    assert last.advice.startswith("Write wss")


async def test_a_port_at_which_nothing_listens_is_told() -> None:
    *_, last = await examined(f"wss://127.0.0.1:{Ports().one()}/media")

    assert (last.subject, last.ok) == ("Program's address", False)
    assert last.advice.startswith("Start the program")


@pytest.mark.parametrize(
    "text",
    ["", "agent.example", "https://agent.example/", "wss:///media", "wss://a.example:x/", "wss://a.example/?token=1",
     "wss://me:secret@a.example/"],
)  # fmt: skip
def test_what_no_flow_may_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidField):
        program_url(text, "program")
