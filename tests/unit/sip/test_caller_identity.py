"""Who calls, as a trunk is told and as it tells: a hidden caller is hidden in both directions."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.model.trunk import Trunk, new_trunk
from engine.model.trunk.identity_header import IdentityHeader
from engine.ports import DialRequest
from sip.config import ListenAddress
from sip.message import Message
from sip.trunks.caller_identity import SaidCaller, caller_headers, caller_said

OWN = "+3225550199"
LISTENING = ListenAddress("127.0.0.1", 5060, [], None, 4000, 4100)
FROM = f"From: <sip:{OWN}@carrier.example>"
ANONYMOUS = 'From: "Anonymous" <sip:anonymous@anonymous.invalid>'


def a_trunk(**fields: Any) -> Trunk:
    given = {"name": "a", "hosts": ["carrier.example"], "from_host": "carrier.example", "user": "acct7", **fields}
    return new_trunk(given)


ASSERTED = a_trunk(identity_header="P-Asserted-Identity")
TRUNKS = [
    a_trunk(identity_header=header.value, keeps_from=keeps, hides_caller=hides)
    for header in IdentityHeader
    for keeps in (False, True)
    for hides in (False, True)
]


def sent(trunk: Trunk | None, name: str = "", caller: str = OWN) -> str:
    """From and the headers beside it, as lines."""
    headers = caller_headers(DialRequest("+3225550100", caller, "CA1", name), trunk, LISTENING)
    return "\n".join([f"From: {headers.from_address}", *(f"{name}: {value}" for name, value in headers.others)])


def said(lines: str, trunk: Trunk | None = ASSERTED) -> SaidCaller:
    """Who calls by an INVITE of these lines."""
    headers = (line.partition(": ") for line in lines.split("\n"))
    return caller_said(Message("", tuple((name.lower(), value) for name, _, value in headers)), trunk)


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({}, [FROM]),
        (
            {"identity_header": "P-Asserted-Identity"},
            [FROM, "P-Asserted-Identity: <sip:+3225550199@carrier.example>"],
        ),
        (
            {"identity_header": "P-Preferred-Identity", "from_is_user": True},
            ["From: <sip:acct7@carrier.example>", "P-Preferred-Identity: <sip:+3225550199@carrier.example>"],
        ),
        ({"from_user": "main", "from_is_user": True}, ["From: <sip:main@carrier.example>"]),
        (
            {"identity_header": "Remote-Party-ID"},
            [
                FROM,
                "Remote-Party-ID: <sip:+3225550199@carrier.example>;party=calling;screen=yes;privacy=off",
            ],
        ),
        (
            {"identity_header": "P-Asserted-Identity", "caller": "national;country_code=32;trunk_prefix=0"},
            ["From: <sip:025550199@carrier.example>", "P-Asserted-Identity: <sip:025550199@carrier.example>"],
        ),
        ({"sips": True, "transport": "tls"}, ["From: <sips:+3225550199@carrier.example>"]),
    ],
)
def test_a_trunk_is_told_in_the_way_it_wants(fields: dict[str, Any], lines: list[str]) -> None:
    assert sent(a_trunk(**fields)).split("\n") == lines


def test_a_hidden_number_is_told_to_the_trunk_alone() -> None:
    trunk = a_trunk(identity_header="P-Asserted-Identity", hides_caller=True)

    assert sent(trunk, "Alice").split("\n") == [
        ANONYMOUS,
        'P-Asserted-Identity: "Alice" <sip:+3225550199@carrier.example>',
        "Privacy: id",
    ]


@pytest.mark.parametrize("trunk", TRUNKS)
def test_a_caller_who_hides_for_one_call_is_told_as_by_a_trunk_that_hides_all(trunk: Trunk) -> None:
    request = DialRequest("+3225550100", OWN, "CA1", "Alice", hides_caller=True)

    assert caller_headers(request, trunk, LISTENING) == caller_headers(
        DialRequest("+3225550100", OWN, "CA1", "Alice"), replace(trunk, hides_caller=True), LISTENING
    )


def test_a_caller_who_hides_is_anonymous_to_a_sip_address() -> None:
    request = DialRequest("sip:desk@pbx.example", OWN, "CA1", "Alice", hides_caller=True)

    assert f"From: {caller_headers(request, None, LISTENING).from_address}" == ANONYMOUS


def test_emergency_services_see_a_hidden_caller() -> None:
    request = DialRequest("112", OWN, "CA1", hides_caller=True, emergency=True)

    headers = caller_headers(request, a_trunk(hides_caller=True), LISTENING)

    assert (f"From: {headers.from_address}", headers.others) == (FROM, ())


def test_a_trunk_that_keeps_from_hides_by_privacy_without_the_name() -> None:
    assert sent(a_trunk(hides_caller=True, keeps_from=True), "Alice").split("\n") == [FROM, "Privacy: id"]


def test_remote_party_id_hides_as_well() -> None:
    assert "privacy=full" in sent(a_trunk(identity_header="Remote-Party-ID", hides_caller=True))


@pytest.mark.parametrize("trunk", TRUNKS)
def test_a_caller_whom_nobody_knows_is_anonymous_to_the_trunk_too(trunk: Trunk) -> None:
    assert sent(trunk, "Alice", "anonymous").split("\n") == [ANONYMOUS, "Privacy: id"]


def test_without_a_trunk_there_is_from_alone() -> None:
    assert sent(None, "Alice") == f'From: "Alice" <sip:{OWN}@127.0.0.1>'
    assert sent(None, "Alice", "anonymous") == ANONYMOUS


@given(st.text(), st.sampled_from(TRUNKS))
def test_no_name_breaks_out_of_its_header(name: str, trunk: Trunk) -> None:
    headers = caller_headers(DialRequest("+3225550100", OWN, "CA1", name), trunk, LISTENING)

    assert all(text.isprintable() for text in (headers.from_address, *(value for _, value in headers.others)))


@example('a "quoted" name\\', ASSERTED)
@given(st.text(), st.sampled_from(TRUNKS))
def test_what_is_sent_is_read_as_the_same_caller(name: str, trunk: Trunk) -> None:
    caller = said(sent(trunk, name), trunk)

    if trunk.hides_caller:
        assert caller == SaidCaller("anonymous")
    else:
        shown = "".join(letter for letter in name if letter.isprintable()).strip()
        assert caller == SaidCaller(OWN, shown)


@pytest.mark.parametrize(
    "lines",
    [
        f"{ANONYMOUS};tag=1",
        "From: <sip:anonymous@anonymous.invalid:5060>",
        "From: <sip:+3225550199@carrier.example>\nPrivacy: user; id",
        "From: <sip:+3225550199@carrier.example>\nPrivacy: ID",
        "From: <sip:x@y>\nRemote-Party-ID: <sip:+3225550199@y>;party=calling; privacy=full",
    ],
)
def test_a_caller_who_is_hidden_has_neither_number_nor_name(lines: str) -> None:
    asserted = 'P-Asserted-Identity: "Alice" <sip:+3225550199@carrier.example>'

    assert said(f"{lines}\n{asserted}") == SaidCaller("anonymous")


@pytest.mark.parametrize("privacy", ["none", "critical", ""])
def test_privacy_that_asks_for_nothing_hides_nothing(privacy: str) -> None:
    lines = f'From: "Alice" <sip:+3225550199@carrier.example>;tag=1\nPrivacy: {privacy}'

    assert said(lines) == SaidCaller("+3225550199", "Alice")


@pytest.mark.parametrize(
    "header",
    [
        "P-Asserted-Identity: <sip:+3225550199@carrier.example>, <tel:+3225550199>",
        "P-Asserted-Identity: <tel:+32-2-555-0199>",
        "Remote-Party-ID: <sip:+1@x>;party=called, <sip:+3225550199@carrier.example>;screen=yes",
    ],
)
def test_what_the_trunk_asserts_counts_where_it_is_trusted(header: str) -> None:
    lines = f'From: "Alice" <sip:+3225550111@carrier.example>\n{header}'

    assert said(lines) == SaidCaller("+3225550199", "Alice")
    assert said(lines, a_trunk(trusts_identity=False)) == SaidCaller("+3225550111", "Alice")
    assert said(lines, None) == SaidCaller("+3225550111", "Alice")


@given(st.text(), st.text(), st.text())
def test_any_headers_are_read(origin: str, asserted: str, privacy: str) -> None:
    headers = (("from", origin), ("p-asserted-identity", asserted), ("privacy", privacy), ("remote-party-id", asserted))

    assert isinstance(caller_said(Message("", headers), ASSERTED).user, str)
