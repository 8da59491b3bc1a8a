"""Calls that come in over TLS from anywhere and are a trunk's by the name in the caller's certificate (RFC 5922)."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from engine.model.refusal import RefusalRule
from engine.model.trunk import Trunk, new_trunk
from engine.ports import Intruded
from sip.config import StrangersDue, Tls
from tests.peers.certificates import Pems, make_pems
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.tls_caller import TlsCaller, tls_caller
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

ELSEWHERE = [ip_network("192.0.2.0/24")]
"""The only networks that may call without a trunk, so that this machine is a stranger."""
REFUSED = StrangersDue(are_refused=True)
NAME = "sip.carrier.example"

OpenTls = Callable[..., AbstractAsyncContextManager[Line]]


def carrier(name: str = "carrier", **fields: Any) -> Trunk:
    """A trunk whose host's address is not where its calls come from."""
    hosts = [{"host": NAME, "port": 5061}]
    return new_trunk({"name": name, "hosts": hosts, "transport": "tls", "known_by": "tls", **fields})


@pytest.fixture
def ours(tmp_path: Path) -> Pems:
    return make_pems(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Pems:
    """The carrier's, by its own authority."""
    return make_pems(tmp_path / "theirs", names=[x509.DNSName(NAME)])


@pytest.fixture
def listening(open_line: OpenLine, ours: Pems) -> OpenTls:
    """Opens a user agent that listens over TLS too; its authority is its own."""

    @asynccontextmanager
    async def opening(*trunks: Trunk, **fields: Any) -> AsyncIterator[Line]:
        given = {"tls": Tls(ours.ca, ours.certificate, ours.key), "allow": ELSEWHERE, "strangers": REFUSED, **fields}
        async with open_line(trunks=trunks, **given) as line:
            yield line

    return opening


async def trunk_of_call(line: Line, caller: TlsCaller) -> str:
    """The trunk of its call, which is answered and ended by the far end."""
    asking = asyncio.create_task(caller.asks("INVITE", body=audio()))
    leg, arrival = await line.takes()
    call = Watch(leg).start()
    await leg.answer()
    assert (await asking).code == 200
    assert (await caller.asks("BYE")).code == 200
    await call.ends()
    return arrival.trunk


async def code_of_call(line: Line, caller: TlsCaller) -> int | None:
    answer = await caller.asks("INVITE", body=audio())
    assert line.arrivals.empty()
    return answer.code


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_who_has_the_name_of_a_host_calls_by_the_trunk(
    listening: OpenTls, theirs: Pems, version: ssl.TLSVersion
) -> None:
    async with (
        listening(carrier(tls_ca=str(theirs.ca))) as line,
        tls_caller(line.port + 1, theirs, latest=version) as caller,
    ):
        assert await trunk_of_call(line, caller) == "carrier"
        assert (await caller.asks("OPTIONS")).code == 200
        assert line.noted == []


async def test_who_connects_from_another_address_within_the_call_is_known_by_the_certificate(
    listening: OpenTls, theirs: Pems
) -> None:
    async with (
        listening(carrier(tls_ca=str(theirs.ca))) as line,
        tls_caller(line.port + 1, theirs) as caller,
        tls_caller(line.port + 1, theirs, host="127.0.0.2") as moved,
        tls_caller(line.port + 1, host="127.0.0.3") as somebody,
    ):
        asking = asyncio.create_task(caller.asks("INVITE", body=audio()))
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        assert (await asking).code == 200
        for other in (moved, somebody):
            other.raw.call_id, other.raw.to_tag = caller.raw.call_id, caller.raw.to_tag
            other.raw.skip_to(100)

        somebody.request("BYE")
        assert (await call.sees(Intruded)).what == "BYE"
        assert (await moved.asks("BYE")).code == 200

        await call.ends()


async def test_a_trunk_without_a_ca_of_its_own_trusts_the_nodes(
    listening: OpenTls, ours: Pems, theirs: Pems, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(ours.ca.read_bytes() + theirs.ca.read_bytes())
    async with (
        listening(carrier(), tls=Tls(bundle, ours.certificate, ours.key)) as line,
        tls_caller(line.port + 1, theirs) as caller,
    ):
        assert await trunk_of_call(line, caller) == "carrier"


NAMES: dict[str, tuple[Sequence[x509.GeneralName], str]] = {
    "one of several hosts": ([x509.DNSName("other.example"), x509.DNSName(NAME.upper())], "carrier"),
    "a SIP domain": ([x509.UniformResourceIdentifier(f"sip:{NAME}"), x509.DNSName("other.example")], "carrier"),
    "a common name alone": ([], NAME),
}
OTHER_NAMES: dict[str, tuple[Sequence[x509.GeneralName], str]] = {
    "another host": ([x509.DNSName("other.example")], "other.example"),
    "a common name beside": ([x509.DNSName("other.example")], NAME),
    "a wildcard": ([x509.DNSName("*.carrier.example")], "carrier"),
    "another SIP domain": ([x509.UniformResourceIdentifier("sip:other.example"), x509.DNSName(NAME)], NAME),
    "a user of the domain": ([x509.UniformResourceIdentifier(f"sip:ann@{NAME}")], NAME),
}


@pytest.mark.parametrize("names", NAMES)
async def test_names_count_as_rfc_5922_has_it(listening: OpenTls, tmp_path: Path, names: str) -> None:
    given, common_name = NAMES[names]
    theirs = make_pems(tmp_path / "theirs", names=given, common_name=common_name)
    async with listening(carrier(tls_ca=str(theirs.ca))) as line, tls_caller(line.port + 1, theirs) as caller:
        assert await trunk_of_call(line, caller) == "carrier"


@pytest.mark.parametrize("names", OTHER_NAMES)
async def test_who_has_another_name_is_a_stranger(listening: OpenTls, tmp_path: Path, names: str) -> None:
    given, common_name = OTHER_NAMES[names]
    theirs = make_pems(tmp_path / "theirs", names=given, common_name=common_name)
    async with listening(carrier(tls_ca=str(theirs.ca))) as line, tls_caller(line.port + 1, theirs) as caller:
        assert await code_of_call(line, caller) == 403
        assert [rule for rule, _ in line.noted] == [RefusalRule.SOURCE]


async def test_who_shows_no_certificate_is_a_stranger(listening: OpenTls, theirs: Pems) -> None:
    async with listening(carrier(tls_ca=str(theirs.ca))) as line:
        async with tls_caller(line.port + 1) as caller:
            assert await code_of_call(line, caller) == 403
        async with raw_caller(line.port) as caller:
            assert (await caller.asks("INVITE", body=audio())).code == 403


async def test_who_shows_an_expired_certificate_is_a_stranger(listening: OpenTls, tmp_path: Path) -> None:
    theirs = make_pems(tmp_path / "theirs", names=[x509.DNSName(NAME)], expired=True)
    async with listening(carrier(tls_ca=str(theirs.ca))) as line, tls_caller(line.port + 1, theirs) as caller:
        assert await code_of_call(line, caller) == 403


async def test_who_is_vouched_for_by_another_authority_than_the_trunks_is_a_stranger(
    listening: OpenTls, theirs: Pems, ours: Pems, tmp_path: Path
) -> None:
    posing = make_pems(tmp_path / "posing", names=[x509.DNSName(NAME)])
    for authority in (theirs.ca, ours.ca):
        async with listening(carrier(tls_ca=str(authority))) as line, tls_caller(line.port + 1, posing) as caller:
            assert await code_of_call(line, caller) == 403


async def test_a_certificate_that_is_its_own_issuer_is_taken_where_the_trunk_has_that(
    listening: OpenTls, tmp_path: Path
) -> None:
    theirs = make_pems(tmp_path / "theirs", names=[x509.DNSName(NAME)], self_signed=True)
    other = make_pems(tmp_path / "other", names=[x509.DNSName(NAME)], self_signed=True)
    async with listening(carrier(tls_ca=str(theirs.ca))) as line:
        async with tls_caller(line.port + 1, theirs) as caller:
            assert await trunk_of_call(line, caller) == "carrier"
        async with tls_caller(line.port + 1, other) as caller:
            assert await code_of_call(line, caller) == 403


async def test_a_certificate_without_key_identifiers_is_taken(listening: OpenTls, tmp_path: Path) -> None:
    theirs = make_pems(tmp_path / "theirs", names=[x509.DNSName(NAME)], strict=False)
    async with listening(carrier(tls_ca=str(theirs.ca))) as line, tls_caller(line.port + 1, theirs) as caller:
        assert await trunk_of_call(line, caller) == "carrier"


async def test_of_two_trunks_the_certificate_tells_whose_the_call_is(
    listening: OpenTls, theirs: Pems, tmp_path: Path
) -> None:
    others = make_pems(tmp_path / "others", names=[x509.DNSName("sip.other.example")])
    other = carrier("other", hosts=["sip.other.example"], tls_ca=str(others.ca))
    async with (
        listening(carrier(tls_ca=str(theirs.ca)), other) as line,
        tls_caller(line.port + 1, theirs) as first,
        tls_caller(line.port + 1, others) as second,
    ):
        assert await trunk_of_call(line, second) == "other"
        assert await trunk_of_call(line, first) == "carrier"


async def test_a_certificate_goes_before_the_address_of_another_trunk(listening: OpenTls, theirs: Pems) -> None:
    neighbour = new_trunk({"name": "neighbour", "hosts": ["127.0.0.1"]})
    async with listening(neighbour, carrier(tls_ca=str(theirs.ca))) as line:
        async with tls_caller(line.port + 1, theirs) as caller:
            assert await trunk_of_call(line, caller) == "carrier"
        async with tls_caller(line.port + 1) as caller:
            assert await trunk_of_call(line, caller) == "neighbour"


async def test_a_trunk_that_is_known_by_its_address_needs_no_certificate_and_minds_none(
    listening: OpenTls, tmp_path: Path
) -> None:
    posing = make_pems(tmp_path / "posing", expired=True)
    trunk = new_trunk({"name": "carrier", "hosts": ["127.0.0.1"], "transport": "tls"})
    async with listening(trunk) as line, tls_caller(line.port + 1, posing) as caller:
        assert await trunk_of_call(line, caller) == "carrier"


async def test_a_change_of_the_trunk_holds_for_connections_that_there_are(
    listening: OpenTls, theirs: Pems, ours: Pems
) -> None:
    async with listening(carrier(tls_ca=str(theirs.ca))) as line, tls_caller(line.port + 1, theirs) as caller:
        assert await trunk_of_call(line, caller) == "carrier"

        await line.agent.use_trunks([carrier(tls_ca=str(ours.ca))])

        caller.raw.to_tag = ""
        assert await code_of_call(line, caller) == 403
