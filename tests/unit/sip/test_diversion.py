"""Who was called before, as a trunk is told and as it tells: the last who sent the call on, unless that is hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk import new_trunk
from engine.ports import DialRequest
from sip.config import ListenAddress
from sip.message import Message, read_message
from sip.trunks.diversion import diversion_headers, forwarded_from

LISTENING = ListenAddress("127.0.0.1", 5060, [], None, 4000, 4100)
CALLED = "sip:+3225550199@carrier.example"
DID = "+3225550188"


def invite(*lines: str) -> Message:
    return read_message("\r\n".join([f"INVITE {CALLED} SIP/2.0", *lines, "", ""]))


def sent(diversion: str, diverted_by: str = DID, **fields: str) -> list[str]:
    trunk = new_trunk({"name": "a", "hosts": ["carrier.example"], "from_host": "us.example", "diversion": diversion,
                       **fields})  # fmt: skip
    request = DialRequest("+3225550199", "+32470123456", "CA1", diverted_by=diverted_by)
    return [f"{name}: {value}" for name, value in diversion_headers(request, trunk, CALLED, LISTENING)]


@pytest.mark.parametrize(
    ("diversion", "line"),
    [
        ("diversion", "Diversion: <sip:+3225550188@us.example>;reason=unconditional;privacy=off;counter=1"),
        (
            "history-info",
            f"History-Info: <sip:{DID}@us.example>;index=1, <{CALLED};cause=302>;index=1.1;mp=1",
        ),
    ],
)
def test_a_trunk_is_told_in_the_header_that_it_wants(diversion: str, line: str) -> None:
    assert sent(diversion) == [line]


def test_the_number_is_written_as_the_trunk_wants_calling_numbers() -> None:
    assert "<sip:025550188@us.example>" in sent("diversion", caller="national;country_code=32;trunk_prefix=0")[0]


def test_nothing_is_told_where_no_header_is_wanted_or_nobody_was_called_before() -> None:
    assert sent("none") == []
    assert sent("diversion", diverted_by="") == []


@pytest.mark.parametrize("diversion", ["diversion", "history-info"])
def test_what_is_written_is_read(diversion: str) -> None:
    assert forwarded_from(invite(*sent(diversion))) == DID


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ([], ""),
        (["Diversion: <sip:1@a>;reason=user-busy;counter=1"], "1"),
        (["Diversion: <sip:2@a>;reason=no-answer, <sip:1@a>;reason=user-busy"], "2"),
        (["Diversion: sip:2@a;reason=no-answer", "Diversion: <sip:1@a>"], "2"),
        (['Diversion: "Desk, the" <tel:+32-2-555.01.99>;privacy="off"'], "+3225550199"),
        (["Diversion: <sip:2@a>;privacy=full, <sip:1@a>"], ""),
        (['Diversion: <sip:2@a>;reason=unknown;privacy="full"'], ""),
        (["Diversion: <sip:anonymous@anonymous.invalid>"], ""),
        (["Diversion: <sip:2@a>", "History-Info: <sip:1@a>;index=1, <sip:3@a;cause=302>;index=1.1"], "2"),
        (["History-Info: <sip:1@a>;index=1, <sip:3@a;cause=486>;index=1.1;mp=1"], "1"),
        (["History-Info: <sip:1@a>;index=1, <sip:2@a;cause=302>;index=1.1, <sip:3@a;cause=408>;index=1.1.1"], "2"),
        (["History-Info: <sip:1@a>;index=1", "History-Info: <sip:2@a>;index=1.1, <sip:3@a;cause=480>;index=1.2;mp=1"],
         "1"),
        (["History-Info: <sip:1@a?Reason=SIP%3Bcause%3D302>;index=1, <sip:3@a>;index=1.1"], "1"),
        (["History-Info: <sip:1@a?Reason=SIP%3Bcause%3D302%3Btext%3D%22a%2Cb%22>;index=1, <sip:3@a>;index=1.1"], "1"),
        (["History-Info: <sip:1@a>;index=1, <sip:3@a>;index=1.1"], ""),
        (["History-Info: <sip:1@a>;index=1, <sip:3@a;cause=200>;index=1.1"], ""),
        (["History-Info: <sip:1@a?Reason=Q.850%3Bcause%3D404>;index=1"], ""),
        (["History-Info: <sip:1@a?Privacy=history>;index=1, <sip:3@a;cause=302>;index=1.1"], ""),
        (["Privacy: history", "History-Info: <sip:1@a>;index=1, <sip:3@a;cause=302>;index=1.1"], ""),
    ],
)  # fmt: skip
def test_the_last_who_sent_the_call_on_is_read(lines: list[str], number: str) -> None:
    assert forwarded_from(invite(*lines)) == number


@given(st.text('<>;,"=?&% sip:@1.caue', max_size=80), st.sampled_from(["Diversion", "History-Info"]))
def test_nonsense_is_read_as_something_or_nothing(value: str, name: str) -> None:
    assert isinstance(forwarded_from(invite(f"{name}: {value}")), str)
