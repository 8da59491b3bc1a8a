"""SIP messages are read as far ends really write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.storable import storable
from sip.message import Message, elements, parameters, read_message

WSINV = (
    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
    "TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n'
    "MaX-fOrWaRdS: 0068\r\n"
    "Call-ID: wsinv.ndaksdj@192.0.2.1\r\n"
    "cseq: 0009\r\n  INVITE\r\n"
    "Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"
    "s :\r\n"
    "NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
    " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n    newvalue ;\r\n  secondparam ; q = 0.33\r\n'
    "c: application/sdp\r\n"
    "\r\n"
    "v=0\r\n"
)
"""In the manner of RFC 4475 §3.1.1.1: every header is written in a way that is seldom seen and right."""


def test_names_are_found_however_they_are_written() -> None:
    message = read_message(WSINV)

    assert message.first("call-id") == "wsinv.ndaksdj@192.0.2.1"
    assert message.first("max-forwards") == "0068"
    assert message.first("subject") == ""
    assert message.first("content-type") == "application/sdp"
    assert message.first("replaces") is None


def test_folded_lines_are_one() -> None:
    message = read_message(WSINV)

    assert message.first("to") == "sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n"
    assert message.first("newfangledheader") == "newfangled value continued newfangled value"


def test_one_line_may_list_what_others_write_in_several() -> None:
    vias = list(read_message(WSINV).listed("via"))

    assert len(vias) == 3
    assert vias[2].startswith("SIP  /    2.0   / UDP  192.168.255.111")


def test_the_body_and_the_request_uri_are_apart() -> None:
    message = read_message(WSINV)

    assert message.body == "v=0\r\n"
    assert message.request_uri == "sip:vivekg@chair-dnrc.example.com;unknownparam"
    assert read_message("SIP/2.0 486 Busy Here\r\n\r\n").request_uri == ""


def test_a_body_of_several_parts_is_read_apart() -> None:
    message = read_message(
        'SIP/2.0 183 Session Progress\r\nc: Multipart/Mixed ; boundary = "a (b"\r\n\r\n'
        "for whoever can't read this\r\n"
        "--a (b\r\nContent-Type: Application/SDP; charset=x\r\nContent-ID: 1\r\n\r\nv=0\r\n"
        "--a (b \r\n\r\nno headers, --a (b in the middle\r\n--a (b--\r\nand after it"
    )
    parts = [(part.start, part.content_type, part.body) for part in message.parts()]
    assert parts == [("", "application/sdp", "v=0"), ("", "", "no headers, --a (b in the middle")]


@pytest.mark.parametrize("kind", ["application/sdp", "multipart/mixed", "application/x; boundary=edge"])
def test_a_body_without_parts_is_the_message_itself(kind: str) -> None:
    message = read_message(f"SIP/2.0 200 OK\r\nContent-Type: {kind}\r\n\r\n--edge\r\n\r\n--edge--")
    assert list(message.parts()) == [message]


@given(st.text(), st.text(alphabet="-ab\r\n: "))
def test_whatever_a_body_holds_is_read(boundary: str, body: str) -> None:
    message = Message("SIP/2.0 200 OK", (("content-type", f'multipart/mixed;boundary="{boundary}"'),), body)
    assert all(part.body in body for part in message.parts())


def test_a_comma_in_quotes_or_brackets_parts_nothing() -> None:
    assert list(elements('"Doe, Jane" <sip:a,b@x>;q=1, <sip:c@x>')) == ['"Doe, Jane" <sip:a,b@x>;q=1', "<sip:c@x>"]
    assert list(elements('SIP;text="a, b";cause=480, Q.850')) == ['SIP;text="a, b";cause=480', "Q.850"]


def test_parameters_lose_their_quotes() -> None:
    assert parameters(';Tag=1;lr; text = "a;b \\"c\\""') == {"tag": "1", "lr": "", "text": 'a;b "c"'}


def test_bytes_that_are_no_text_are_told_as_such() -> None:
    raw = b"SIP/2.0 486 Occup\xe9\r\nSubject: a\x00b\r\n\r\n".decode(errors="surrogateescape")

    message = read_message(raw)

    assert message.start == "SIP/2.0 486 Occup\N{REPLACEMENT CHARACTER}"
    assert message.first("subject") == "a\N{REPLACEMENT CHARACTER}b"


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_and_can_be_stored(data: bytes) -> None:
    message = read_message(data.decode(errors="surrogateescape"))

    for text in (message.start, message.body, *(part for header in message.headers for part in header)):
        assert text.encode() is not None
        assert "\x00" not in text
        assert storable(text) == text


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters='",<>\r\n\\'), min_size=1).map(str.strip)))
def test_elements_come_back_as_they_were_listed(values: list[str]) -> None:
    values = [value for value in values if value]

    assert list(elements(", ".join(values))) == values
