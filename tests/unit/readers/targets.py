"""Readers, each as one that takes any bytes and raises nothing but what it should not raise."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from cryptography import x509

from api.http.client_address import behind_proxies
from api.http.content_negotiation import preferred
from api.http.cursor import place_of
from api.http.json_bodies import json_of
from api.http.problems import Problem
from api.http.ranges import Unsatisfiable, asked_span
from engine.errors import DocumentError
from engine.flow.called import read_called
from engine.flow.diagnostics import Report
from engine.flow.parse import parse
from engine.model.balance import read_amount
from engine.model.number_ranges import fitting, parse_number_or_range
from engine.model.numbers import country_of, from_carrier, parse_e164
from engine.model.stir import SignedCall
from engine.model.trunk import new_trunk
from engine.stir.certificate import authority, read_chain
from engine.stir.identity_fault import IdentityFault, IdentityFaultKind
from engine.stir.verification import CallerVerifier
from sip.addresses import read_party
from sip.description import Carried, read_description
from sip.explanation import message_decision, source_in
from sip.fax.description import fax_line
from sip.handed_headers import handed_headers
from sip.handed_over import transport_of
from sip.message import header_lines, read_message
from sip.message_log import without_secrets
from sip.offering import Offering, offered
from sip.reasons import q850_cause, retry_after_s, words_of
from sip.requests import answer_in_call, answer_outside
from sip.trunks.arrival import arrival_of
from sip.trunks.digest import DigestChallenges
from sip.trunks.digest_nonces import DigestNonces

NOW: Final = datetime(2026, 11, 29, tzinfo=UTC)
SOURCE: Final = "192.0.2.1:5060"
TRUNK: Final = new_trunk(
    {
        "name": "carrier",
        "hosts": ["192.0.2.1"],
        "user": "me",
        "password": "x",
        "stir": "verify",
        "trusts_identity": True,
        "received": {"form": "national", "country_code": "32", "trunk_prefix": "0"},
    }
)
CARRIED: Final = Carried(frozenset({"pcma", "pcmu", "opus", "telephone-event"}), fax=True)


class NoCertificates:
    """Has none."""

    async def chain(self, url: str) -> Sequence[x509.Certificate]:
        raise IdentityFault(IdentityFaultKind.UNREACHABLE, f"there is none at {url}")


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def flow(data: bytes) -> None:
    """A document of XML or JSON, in a webhook's answer or a request."""
    for kind in (None, "application/json", "text/xml; charset=utf-16"):
        with contextlib.suppress(DocumentError):
            parse(data, kind)
    report = Report()
    with contextlib.suppress(DocumentError):
        parse(data, findings=report.findings())
    assert all(str(fault) for fault in report.faults)


def body_of_request(data: bytes) -> None:
    """The JSON of a request to the API."""
    with contextlib.suppress(Problem):
        json_of(data)


def headers_of_request(data: bytes) -> None:
    """Headers and parameters of a request to the API."""
    text = data.decode("latin-1")
    with contextlib.suppress(Unsatisfiable):
        asked_span(text, 1000)
    preferred(text, {"application/json": 1, "text/html": 2})
    behind_proxies(None, text.split(","), ())
    with contextlib.suppress(Problem):
        place_of({"cursor": text})


def number(data: bytes) -> None:
    """A number as users, carriers and settings write it."""
    text = _text(data)
    for read in (parse_e164, parse_number_or_range, country_of, read_amount):
        with contextlib.suppress(ValueError):
            read(text)
    for country in ("", "be"):
        with contextlib.suppress(ValueError):
            called = read_called(text, country)
            assert read_called(called.written, country) == called
    fitting(text)
    TRUNK.received.read(from_carrier(text))


def sip_message(data: bytes) -> None:
    """A SIP message, and all that is read in it."""
    text = _text(data)
    message = read_message(text)
    list(header_lines(text))
    list(message.parts())
    arrival_of(message, SOURCE, TRUNK)
    transport_of(message)
    message_decision(message, CARRIED, TRUNK)
    source_in(message)
    handed_headers(text, ["x-*", "subject"])
    without_secrets(text)
    for method in ("INFO", "NOTIFY", "OPTIONS", "BYE"):
        answer_in_call(method, message)
        answer_outside(method, message)
    q850_cause(message)
    retry_after_s(message)
    words_of(message)
    DigestChallenges(DigestNonces(NOW.timestamp)).judge(message, [TRUNK])


def address(data: bytes) -> None:
    """A value of From, To, Contact and others that name somebody."""
    text = _text(data)
    read_party(text)
    sip_message(b"INVITE sip:a@b SIP/2.0\r\n" + b"".join(b"%s: %s\r\n" % (name, data) for name in _NAMING) + b"\r\n")


def description(data: bytes) -> None:
    """A session description, of a far end and as the library makes it."""
    text = _text(data)
    read = read_description(text, CARRIED)
    assert read_description(read.text, CARRIED).text == read.text
    fax_line(text)
    offered(text, Offering(codecs=("pcma",), ptime_ms=30, event_type=97))


def identity(data: bytes) -> None:
    """A header Identity with its token, and the Date beside it, of a call."""
    value, _, date = _text(data).partition("\n")
    call = SignedCall((value,), date, "+32470123456", ("+3225550100",))
    asyncio.run(CallerVerifier(NoCertificates(), [], lambda: NOW).verify(call))


def certificates(data: bytes) -> None:
    """What is found where Identity says that its certificate is."""
    with contextlib.suppress(IdentityFault):
        for each in read_chain(data):
            authority(each).covers("3225550100")


_NAMING: Final = (b"From", b"To", b"Contact", b"Diversion", b"History-Info", b"P-Asserted-Identity", b"Reason")

TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            flow, body_of_request, headers_of_request, number, sip_message, address, description, identity,
            certificates,
        )
    }
)  # fmt: skip
