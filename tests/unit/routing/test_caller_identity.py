"""Who calls: a number that is not the account's never leaves, and a hidden one is hidden, in both directions."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import CallerNotOwned
from engine.model.trunk.identity_header import IdentityHeader
from engine.model.trunk.number_formats import NumberForm, NumberFormat
from engine.model.trunk.number_uris import NumberUris
from engine.routing.caller_identity import (
    IdentityStyle,
    ShownCaller,
    identity_headers,
    received_caller,
)

OWN = "+3225550199"
PLAIN = IdentityStyle("carrier.example", NumberUris())
ASSERTED = replace(PLAIN, header=IdentityHeader.ASSERTED)
STYLES = [replace(PLAIN, header=header, keeps_from=keeps) for header in IdentityHeader for keeps in (False, True)]


def sent(caller: ShownCaller, style: IdentityStyle) -> str:
    """From and the headers beside it, as lines."""
    headers = identity_headers(caller, {OWN}, style)
    return "\n".join([f"From: {headers.from_address}", *(f"{name}: {value}" for name, value in headers.others)])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("hidden", [False, True])
def test_a_number_that_is_not_the_accounts_never_leaves(style: IdentityStyle, hidden: bool) -> None:
    with pytest.raises(CallerNotOwned, match=r"\+3225550111"):
        identity_headers(ShownCaller("+3225550111", hidden=hidden), {OWN}, style)


@pytest.mark.parametrize(
    ("style", "headers"),
    [
        (PLAIN, "From: <sip:+3225550199@carrier.example>"),
        (
            ASSERTED,
            "From: <sip:+3225550199@carrier.example>\nP-Asserted-Identity: <sip:+3225550199@carrier.example>",
        ),
        (
            replace(ASSERTED, from_user="acct7"),
            "From: <sip:acct7@carrier.example>\nP-Asserted-Identity: <sip:+3225550199@carrier.example>",
        ),
        (
            replace(PLAIN, header=IdentityHeader.PREFERRED),
            "From: <sip:+3225550199@carrier.example>\nP-Preferred-Identity: <sip:+3225550199@carrier.example>",
        ),
        (
            replace(PLAIN, header=IdentityHeader.REMOTE_PARTY),
            (
                "From: <sip:+3225550199@carrier.example>\n"
                "Remote-Party-ID: <sip:+3225550199@carrier.example>;party=calling;screen=yes;privacy=off"
            ),
        ),
        (
            replace(PLAIN, uris=NumberUris(NumberFormat(NumberForm.NATIONAL, "32", "0"), user_phone=True)),
            "From: <sip:025550199@carrier.example;user=phone>",
        ),
    ],
)
def test_a_trunk_is_told_in_the_way_it_wants(style: IdentityStyle, headers: str) -> None:
    assert sent(ShownCaller(OWN), style) == headers


def test_a_hidden_number_is_told_to_the_trunk_alone() -> None:
    assert sent(ShownCaller(OWN, "Alice", hidden=True), ASSERTED) == (
        'From: "Anonymous" <sip:anonymous@anonymous.invalid>\n'
        'P-Asserted-Identity: "Alice" <sip:+3225550199@carrier.example>\n'
        "Privacy: id"
    )


def test_a_trunk_that_keeps_from_hides_by_privacy_without_the_name() -> None:
    assert sent(ShownCaller(OWN, "Alice", hidden=True), replace(PLAIN, keeps_from=True)) == (
        "From: <sip:+3225550199@carrier.example>\nPrivacy: id"
    )


def test_remote_party_id_hides_as_well() -> None:
    assert "privacy=full" in sent(ShownCaller(OWN, hidden=True), replace(PLAIN, header=IdentityHeader.REMOTE_PARTY))


@given(st.text(), st.sampled_from(STYLES), st.booleans())
def test_no_name_breaks_out_of_its_header(name: str, style: IdentityStyle, hidden: bool) -> None:
    headers = identity_headers(ShownCaller(OWN, name, hidden), {OWN}, style)

    assert all(text.isprintable() for text in (headers.from_address, *(value for _, value in headers.others)))


@example('a "quoted" name\\', ASSERTED, False)
@given(st.text(), st.sampled_from(STYLES), st.booleans())
def test_what_is_sent_is_read_as_the_same_caller(name: str, style: IdentityStyle, hidden: bool) -> None:
    headers = identity_headers(ShownCaller(OWN, name, hidden), {OWN}, style)

    caller = received_caller({"From": headers.from_address, **dict(headers.others)}, style)

    assert (caller.number, caller.hidden) == (("anonymous", True) if hidden else (OWN, False))
    assert hidden or caller.name == "".join(letter for letter in name if letter.isprintable()).strip()


@pytest.mark.parametrize(
    "headers",
    [
        {"From": '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'},
        {"From": "<sip:anonymous@anonymous.invalid:5060>"},
        {"From": "<sip:+3225550199@carrier.example>", "Privacy": "user; id"},
        {"From": "<sip:+3225550199@carrier.example>", "Privacy": "ID"},
        {"From": "<sip:x@y>", "Remote-Party-ID": "<sip:+3225550199@y>;party=calling; privacy=full"},
    ],
)
def test_a_caller_who_is_hidden_has_neither_number_nor_name(headers: dict[str, str]) -> None:
    told = {**headers, "P-Asserted-Identity": '"Alice" <sip:+3225550199@carrier.example>'}

    assert received_caller(told, PLAIN) == ShownCaller("anonymous", hidden=True)


@pytest.mark.parametrize("privacy", ["none", "critical", ""])
def test_privacy_that_asks_for_nothing_hides_nothing(privacy: str) -> None:
    headers = {"From": '"Alice" <sip:+3225550199@carrier.example>;tag=1', "Privacy": privacy}

    assert received_caller(headers, PLAIN) == ShownCaller("+3225550199", "Alice")


def test_what_the_trunk_asserts_counts_where_it_is_trusted() -> None:
    headers = {
        "From": "<sip:+3225550111@carrier.example>",
        "P-Asserted-Identity": "<sip:+3225550199@carrier.example>, <tel:+3225550199>",
    }

    assert received_caller(headers, PLAIN).number == "+3225550199"
    assert received_caller(headers, replace(PLAIN, trusts_asserted=False)).number == "+3225550111"


@given(st.text(), st.text(), st.text())
def test_any_headers_are_read(origin: str, asserted: str, privacy: str) -> None:
    received_caller({"From": origin, "P-Asserted-Identity": asserted, "Privacy": privacy}, PLAIN)
