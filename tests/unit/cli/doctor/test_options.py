"""OPTIONS over UDP, TCP and TLS (RFC 3261 §11), and each way in which nobody answers."""

import socket
import ssl
from pathlib import Path

import pytest

from api.doctor.options import Certificates, NoAnswer, NotTrusted, OptionsAnswer, OptionsTarget, ask
from tests.peers.certificates import make_pems, server_context
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage

ANYONE = Certificates(verify=False)


@pytest.mark.parametrize(
    ("uri", "host", "port", "transport"),
    [
        ("sip:10.0.0.1", "10.0.0.1", 5060, "udp"),
        ("sip:10.0.0.1:5080;transport=udp", "10.0.0.1", 5080, "udp"),
        ("sip:ann@trunk.example;transport=TCP;lr", "trunk.example", 5060, "tcp"),
        ("sip:trunk.example;transport=tls", "trunk.example", 5061, "tls"),
        ("sips:trunk.example", "trunk.example", 5061, "tls"),
        ("sip:[2001:db8::1]:5070", "2001:db8::1", 5070, "udp"),
    ],
)
def test_a_uri_says_where_to_ask(uri: str, host: str, port: int, transport: str) -> None:
    assert OptionsTarget.of(uri) == OptionsTarget(uri, host, port, transport)


async def test_any_final_answer_over_udp_shows_that_sip_is_spoken() -> None:
    async with sip_answerer(lambda _: "404 Not Found") as far_end:
        target = OptionsTarget.of(f"sip:127.0.0.1:{far_end.port}")
        assert await ask(target, ANYONE) == OptionsAnswer(404, "Not Found")
    request = SipMessage.read(far_end.requests[0])
    assert (request.method, request.request_uri) == ("OPTIONS", target.uri)
    assert request.header("max-forwards") == "70"
    assert "branch=z9hG4bK" in request.header("via")


async def test_a_lost_request_is_sent_again() -> None:
    answers = iter(("", "200 OK"))
    async with sip_answerer(lambda _: next(answers)) as far_end:
        assert (await ask(OptionsTarget.of(f"sip:127.0.0.1:{far_end.port}"), ANYONE)).code == 200
    assert far_end.requests[0] == far_end.requests[1]


async def test_a_provisional_answer_is_not_the_end_of_it() -> None:
    answers = iter(("100 Trying", "486 Busy Here"))
    async with sip_answerer(lambda _: next(answers)) as far_end:
        assert (await ask(OptionsTarget.of(f"sip:127.0.0.1:{far_end.port}"), ANYONE)).code == 486


async def test_over_tcp() -> None:
    async with sip_answerer(lambda _: "200 OK", stream=True) as far_end:
        target = OptionsTarget.of(f"sip:127.0.0.1:{far_end.port};transport=tcp")
        assert await ask(target, ANYONE) == OptionsAnswer(200, "OK")
    assert SipMessage.read(far_end.requests[0]).header("via").startswith("SIP/2.0/TCP")


async def test_over_tls_with_and_without_an_authority_to_trust(tmp_path: Path) -> None:
    pems = make_pems(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pems.certificate, pems.key)
    async with sip_answerer(lambda _: "200 OK", stream=True, tls=context) as far_end:
        target = OptionsTarget.of(f"sip:127.0.0.1:{far_end.port};transport=tls")
        for certificates in (ANYONE, Certificates(ca=pems.ca), Certificates(pems.ca, pems.certificate, pems.key)):
            assert await ask(target, certificates) == OptionsAnswer(200, "OK")


async def test_without_an_authority_of_its_own_a_private_certificate_is_trusted_only_where_the_system_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pems = make_pems(tmp_path)
    async with sip_answerer(lambda _: "200 OK", stream=True, tls=server_context(pems)) as far_end:
        target = OptionsTarget.of(f"sip:127.0.0.1:{far_end.port};transport=tls")
        with pytest.raises(NotTrusted, match="certificate verify failed"):
            await ask(target, Certificates())
        monkeypatch.setenv("SSL_CERT_FILE", str(pems.ca))
        assert await ask(target, Certificates()) == OptionsAnswer(200, "OK")


async def test_a_certificate_that_only_strict_checking_refuses_is_trusted_and_its_flaw_told(tmp_path: Path) -> None:
    pems = make_pems(tmp_path, strict=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pems.certificate, pems.key)
    async with sip_answerer(lambda _: "200 OK", stream=True, tls=context) as far_end:
        answer = await ask(OptionsTarget.of(f"sip:127.0.0.1:{far_end.port};transport=tls"), Certificates(ca=pems.ca))
    assert answer == OptionsAnswer(200, "OK", flaw="Missing Authority Key Identifier")


async def test_a_certificate_of_a_stranger_is_told(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    pems, other = make_pems(tmp_path), make_pems(tmp_path / "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pems.certificate, pems.key)
    async with sip_answerer(lambda _: "200 OK", stream=True, tls=context) as far_end:
        with pytest.raises(NoAnswer, match="certificate"):
            await ask(OptionsTarget.of(f"sip:127.0.0.1:{far_end.port};transport=tls"), Certificates(ca=other.ca))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_closed_port_is_told(transport: str) -> None:
    port = Ports().one()
    with pytest.raises(NoAnswer, match=f"127.0.0.1:{port} over {transport.upper()} can't be reached"):
        await ask(OptionsTarget.of(f"sip:127.0.0.1:{port};transport={transport}"), ANYONE)


async def test_a_name_that_does_not_resolve_is_told() -> None:
    with pytest.raises(NoAnswer, match=r"nowhere\.invalid:5060 over UDP can't be reached"):
        await ask(OptionsTarget.of("sip:nowhere.invalid"), ANYONE)


async def test_silence_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(NoAnswer, match=f"127.0.0.1:{port} over UDP did not answer within 1 s"):
            await ask(OptionsTarget.of(f"sip:127.0.0.1:{port}"), ANYONE, timeout_s=1.0)
