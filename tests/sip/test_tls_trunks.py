"""Trunks over TLS: whom we trust, as whom we come, and what is told of a connection that does not come about."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from engine.model.trunk import AddressFamily, Trunk, new_trunk
from engine.ports import DialRequest, HungUp
from sip.dns.resolver import DnsResolver
from tests.peers.certificates import make_pems, server_context
from tests.peers.name_server import name_server
from tests.peers.sip_answerer import sip_answerer
from tests.peers.waiting import within
from tests.sip.conftest import OpenLine, Watch

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
NAME = "sip.carrier.example"


def refuses(request: str) -> str:
    return "486 Busy Here" if request.startswith("INVITE") else "200 OK\nExpires: 300"


def dns_name(name: str) -> x509.GeneralName:
    return x509.DNSName(name)


def trunk(port: int, **fields: Any) -> Trunk:
    given = {"name": "carrier", "hosts": [f"{NAME}:{port}"], "transport": "tls", "timeout_s": 3.0, **fields}
    return new_trunk(given)


async def end_of_call(open_line: OpenLine, context: ssl.SSLContext, **fields: Any) -> HungUp:
    """How a call ends at a server with this context, which answers 486 to whom it lets in."""
    async with sip_answerer(refuses, stream=True, tls=context) as carrier:
        return await end_of_call_at(open_line, carrier.port, **fields)


async def end_of_call_at(open_line: OpenLine, port: int, **fields: Any) -> HungUp:
    async with name_server(f"{NAME} 60 IN A 127.0.0.1") as dns:
        asked = DnsResolver(AddressFamily.IPV4, servers=[dns.address])
        async with open_line(trunk=trunk(port, **fields), name_servers=asked) as line:
            return await Watch(await line.agent.dial(ASKED)).start().ends()


@contextmanager
def refusing_server(context: ssl.SSLContext) -> Iterator[int]:
    """A server that says why it shakes no hands, which asyncio's does not; its port."""

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as thread:
        thread.submit(serve)
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "names",
    [
        [x509.DNSName(NAME)],
        [x509.DNSName("other.example"), x509.DNSName(NAME.upper())],
        [x509.UniformResourceIdentifier(f"sip:{NAME}"), x509.DNSName("other.example")],
    ],
    ids=["host", "one of several hosts", "SIP domain"],
)
async def test_a_certificate_for_the_trunks_name_is_taken(
    open_line: OpenLine, tmp_path: Path, names: Sequence[x509.GeneralName]
) -> None:
    pems = make_pems(tmp_path / "carrier", names=names, common_name="carrier")

    ended = await end_of_call(open_line, server_context(pems), tls_ca=str(pems.ca))

    assert (ended.sip_code, ended.sip_reason) == (486, "Busy Here")


@pytest.mark.parametrize(
    ("names", "common_name", "told"),
    [
        ([x509.DNSName("other.example")], "other.example", "other.example"),
        ([x509.DNSName("other.example")], NAME, "other.example"),
        ([x509.DNSName("*.carrier.example")], "carrier", "*.carrier.example"),
        ([x509.UniformResourceIdentifier("sip:other.example"), x509.DNSName(NAME)], NAME, "other.example"),
    ],
    ids=["another host", "a common name beside", "a wildcard", "another SIP domain"],
)
async def test_a_certificate_for_another_name_is_refused_and_both_are_told(
    open_line: OpenLine, tmp_path: Path, names: Sequence[x509.GeneralName], common_name: str, told: str
) -> None:
    pems = make_pems(tmp_path / "carrier", names=names, common_name=common_name)

    ended = await end_of_call(open_line, server_context(pems), tls_ca=str(pems.ca))

    assert (ended.sip_code, ended.sip_reason) == (
        503,
        f"TLS certificate verification: the certificate is not for {NAME}, but for {told}",
    )


async def test_a_certificate_that_has_expired_is_refused_and_told(open_line: OpenLine, tmp_path: Path) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)], expired=True)

    ended = await end_of_call(open_line, server_context(pems), tls_ca=str(pems.ca))

    assert (
        ended.sip_reason == f"TLS certificate verification: the certificate of {NAME} has expired, or is not valid yet"
    )


async def test_a_certificate_of_another_issuer_than_the_trunks_ca_is_refused_and_told(
    open_line: OpenLine, tmp_path: Path
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)])
    others = make_pems(tmp_path / "other")

    ended = await end_of_call(open_line, server_context(pems), tls_ca=str(others.ca))

    assert (
        ended.sip_reason
        == f"TLS certificate verification: the certificate of {NAME} is from an issuer that we do not trust"
    )


UNTRUSTED = f"TLS certificate verification: the certificate of {NAME} is from an issuer that we do not trust"


@pytest.mark.parametrize("self_signed", [True, False], ids=["self-signed", "of a private authority"])
async def test_without_a_ca_of_its_own_a_trunk_takes_no_certificate_that_the_system_does_not_trust(
    open_line: OpenLine, tmp_path: Path, *, self_signed: bool
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)], self_signed=self_signed)

    ended = await end_of_call(open_line, server_context(pems))

    assert (ended.sip_code, ended.sip_reason) == (503, UNTRUSTED)


async def test_a_certificate_of_an_authority_of_the_system_is_taken(
    open_line: OpenLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)])
    monkeypatch.setenv("SSL_CERT_FILE", str(pems.ca))

    ended = await end_of_call(open_line, server_context(pems))

    assert (ended.sip_code, ended.sip_reason) == (486, "Busy Here")


async def test_a_certificate_of_the_system_for_another_name_is_refused(
    open_line: OpenLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName("other.example")])
    monkeypatch.setenv("SSL_CERT_FILE", str(pems.ca))

    ended = await end_of_call(open_line, server_context(pems))

    assert ended.sip_reason == f"TLS certificate verification: the certificate is not for {NAME}, but for other.example"


async def test_a_self_signed_certificate_is_taken_where_it_is_the_trunks_ca(
    open_line: OpenLine, tmp_path: Path
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)], self_signed=True)

    ended = await end_of_call(open_line, server_context(pems), tls_ca=str(pems.certificate))

    assert (ended.sip_code, ended.sip_reason) == (486, "Busy Here")


@pytest.mark.parametrize(
    "fault", [{"self_signed": True}, {"expired": True}, {"names": [x509.DNSName("other.example")]}]
)
async def test_with_verification_off_any_certificate_is_taken(
    open_line: OpenLine, tmp_path: Path, fault: dict[str, Any]
) -> None:
    pems = make_pems(tmp_path / "carrier", **{"names": [x509.DNSName(NAME)], **fault})

    ended = await end_of_call(open_line, server_context(pems), tls_verify="off")

    assert (ended.sip_code, ended.sip_reason) == (486, "Busy Here")


async def test_a_trunk_that_checks_does_not_go_by_the_connection_of_one_that_does_not(
    open_line: OpenLine, tmp_path: Path
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)], self_signed=True)
    async with (
        sip_answerer(lambda _: "503 Service Unavailable", stream=True, tls=server_context(pems)) as carrier,
        name_server(f"{NAME} 60 IN A 127.0.0.1") as dns,
        open_line(
            trunks=[trunk(carrier.port, name="lax", tls_verify="off"), trunk(carrier.port, priority=1)],
            name_servers=DnsResolver(AddressFamily.IPV4, servers=[dns.address]),
        ) as line,
    ):
        ended = await Watch(await line.agent.dial(ASKED)).start().ends()

        assert [request.split()[0] for request in carrier.requests] == ["INVITE"]
    assert ended.sip_reason == UNTRUSTED


async def test_a_carrier_that_wants_a_certificate_gets_the_trunks(open_line: OpenLine, tmp_path: Path) -> None:
    pems, client = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)]), make_pems(tmp_path / "client")

    ended = await end_of_call(
        open_line,
        server_context(pems, clients=client.ca),
        tls_ca=str(pems.ca),
        tls_certificate=str(client.certificate),
        tls_key=str(client.key),
    )

    assert (ended.sip_code, ended.sip_reason) == (486, "Busy Here")


@pytest.mark.parametrize(("version", "alert"), [(ssl.TLSVersion.TLSv1_2, 40), (ssl.TLSVersion.TLSv1_3, 116)])
async def test_a_carrier_that_wants_a_certificate_and_gets_none_is_told_of(
    open_line: OpenLine, tmp_path: Path, version: ssl.TLSVersion, alert: int
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)])
    context = server_context(pems, clients=pems.ca)
    context.minimum_version = context.maximum_version = version
    with refusing_server(context) as port:
        ended = await end_of_call_at(open_line, port, tls_ca=str(pems.ca))

    assert ended.sip_code == 503
    assert ended.sip_reason.startswith("TLS: the far end refuses us: ")
    assert f"a certificate of ours (tls_certificate) (alert {alert})" in ended.sip_reason


async def test_nothing_older_than_tls_1_2_is_spoken(open_line: OpenLine, tmp_path: Path) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)])
    context = server_context(pems)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with refusing_server(context) as port:
        ended = await end_of_call_at(open_line, port, tls_ca=str(pems.ca))

    why = "it speaks no version of TLS that we do, which are 1.2 and 1.3 (alert 70)"
    assert (ended.sip_code, ended.sip_reason) == (503, f"TLS: the far end refuses us: {why}")


async def test_a_carrier_that_has_gone_is_not_said_to_want_a_certificate(open_line: OpenLine, tmp_path: Path) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)])
    async with AsyncExitStack() as there, name_server(f"{NAME} 60 IN A 127.0.0.1") as dns:
        carrier = await there.enter_async_context(sip_answerer(refuses, stream=True, tls=server_context(pems)))
        asked = DnsResolver(AddressFamily.IPV4, servers=[dns.address])
        async with open_line(trunk=trunk(carrier.port, tls_ca=str(pems.ca)), name_servers=asked) as line:
            busy = await Watch(await line.agent.dial(ASKED)).start().ends()
            await there.aclose()
            closed = await Watch(await line.agent.dial(ASKED)).start().ends()
            gone = await Watch(await line.agent.dial(ASKED)).start().ends()

    assert busy.sip_code == 486
    assert "tls_certificate" not in closed.sip_reason
    assert (gone.sip_code, gone.sip_reason) == (503, "Connection refused")


async def test_a_registration_that_tls_stands_in_the_way_of_says_so(open_line: OpenLine, tmp_path: Path) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName("other.example")])
    async with (
        sip_answerer(refuses, stream=True, tls=server_context(pems)) as carrier,
        name_server(f"{NAME} 60 IN A 127.0.0.1") as dns,
    ):
        registered = trunk(carrier.port, tls_ca=str(pems.ca), auth="register", user="me", password="x")
        async with (
            open_line(trunk=registered, name_servers=DnsResolver(AddressFamily.IPV4, servers=[dns.address])) as line,
            within(10),
        ):
            while not (stand := (await line.agent.registrations())["carrier"]).code:
                await asyncio.sleep(0.05)

    assert (stand.active, stand.reason) == (
        False,
        f"TLS certificate verification: the certificate is not for {NAME}, but for other.example",
    )


async def test_a_registration_at_a_server_whose_certificate_nobody_vouches_for_says_so(
    open_line: OpenLine, tmp_path: Path
) -> None:
    pems = make_pems(tmp_path / "carrier", names=[x509.DNSName(NAME)], self_signed=True)
    async with (
        sip_answerer(refuses, stream=True, tls=server_context(pems)) as carrier,
        name_server(f"{NAME} 60 IN A 127.0.0.1") as dns,
    ):
        registered = trunk(carrier.port, auth="register", user="me", password="x")
        async with (
            open_line(trunk=registered, name_servers=DnsResolver(AddressFamily.IPV4, servers=[dns.address])) as line,
            within(10),
        ):
            while not (stand := (await line.agent.registrations())["carrier"]).code:
                await asyncio.sleep(0.05)

        assert (stand.active, stand.reason) == (False, UNTRUSTED)
        assert carrier.requests == []


async def test_a_file_that_is_not_there_is_told_with_its_field(open_line: OpenLine, tmp_path: Path) -> None:
    async with open_line() as line:
        faults = await line.agent.use_trunks([trunk(5061, tls_ca=str(tmp_path / "none.pem"))])

    assert "tls_ca" in faults["carrier"]
    assert "none.pem" in faults["carrier"]
