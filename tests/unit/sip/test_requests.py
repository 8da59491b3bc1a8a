"""What is answered to SIP requests that the library does not get to see (RFC 3261 §8.2.1)."""

import pytest

from sip.description import NO_CODEC, Refusal
from sip.extensions import ANY_EXTENSION, Extensions
from sip.message import Message
from sip.requests import IGNORED, LONGEST, answer_in_call, answer_outside, answer_to_invite, answer_to_stranger

BARE = Message("", ())


def _code_outside(method: str, message: Message = BARE) -> int | None:
    answer = answer_outside(method, message)
    return None if answer is None else answer.code


def _code_of_invite(message: Message = BARE, refusal: Refusal | None = None) -> int | None:
    answer = answer_to_invite(message, refusal)
    return None if answer is None else answer.code


def _code_in_call(method: str, *headers: tuple[str, str], body: str = "") -> int | None:
    answer = answer_in_call(method, Message("", headers, body))
    return None if answer is None else answer.code


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("OPTIONS", 200), ("NOTIFY", 481), ("SUBSCRIBE", 405), ("REGISTER", 405), ("REFER", 403),
        ("INFO", 481), ("BYE", 481), ("UPDATE", 481), ("CANCEL", 481), ("PUBLISH", 405), ("MESSAGE", 405), ("FOO", 501),
    ],
)  # fmt: skip
def test_outside_a_call_the_code_says_why(method: str, code: int | None) -> None:
    assert _code_outside(method) == code


def test_a_stranger_hears_nothing_or_is_refused() -> None:
    assert answer_to_stranger(refused=False).code == IGNORED
    assert answer_to_stranger(refused=True).code == 403


def test_nobody_takes_the_place_of_a_call_but_by_a_trunk_that_may() -> None:
    message = Message("", (("replaces", "1@x;to-tag=1;from-tag=2"),))

    assert _code_of_invite(message) == 403
    assert answer_to_invite(message, None, Extensions(replaces=True)) is None


def test_an_offer_of_nothing_that_we_carry_is_refused_with_a_warning() -> None:
    answer = answer_to_invite(BARE, NO_CODEC)

    assert answer is not None
    assert (answer.code, answer.why) == (488, NO_CODEC.words)
    assert dict(answer.headers)["Warning"] == f'305 telefoon "{NO_CODEC.words}"'


@pytest.mark.parametrize(
    ("extensions", "headers", "code"),
    [
        (Extensions(refused=frozenset({"100rel"})), (("require", "timer, 100REL"),), 420),
        (Extensions(refused=frozenset({"100rel"})), (("supported", "100rel"),), None),
        (Extensions(needed=frozenset({"100rel"})), (("supported", "timer"),), 421),
        (Extensions(needed=frozenset({"100rel"})), (("supported", "timer, 100rel"),), None),
        (Extensions(needed=frozenset({"100rel"})), (("require", "100rel"),), None),
        (ANY_EXTENSION, (("require", "100rel"),), None),
        (Extensions(shortest_session_s=120), (("session-expires", "119;refresher=uac"),), 422),
        (Extensions(shortest_session_s=120), (("session-expires", "120"),), None),
        (Extensions(shortest_session_s=120), (("session-expires", "soon"),), None),
    ],
)
def test_an_extension_is_refused_or_asked_for_as_the_trunk_has_it(
    extensions: Extensions, headers: tuple[tuple[str, str], ...], code: int | None
) -> None:
    answer = answer_to_invite(Message("", headers), None, extensions)

    assert (answer.code if answer else None) == code


def test_what_is_not_allowed_comes_with_what_is() -> None:
    answer = answer_outside("MESSAGE", BARE)

    assert answer is not None
    allowed = dict(answer.headers)["Allow"].split(", ")
    assert {"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"} <= set(allowed)
    assert not {"MESSAGE", "SUBSCRIBE", "PUBLISH", "REGISTER"} & set(allowed)


def test_what_is_too_long_to_be_a_number_is_refused() -> None:
    long = "9" * (LONGEST + 1)

    assert _code_of_invite(Message(f"INVITE sip:{long}@x SIP/2.0", ())) == 414
    assert _code_of_invite(Message("INVITE sip:1@x SIP/2.0", (("from", f"<sip:{long}@x>"),))) == 400
    assert _code_of_invite(Message("INVITE sip:1@x SIP/2.0", (("from", "<sip:1@x>"),))) is None


def test_within_a_call_who_asks_whether_we_are_there_is_told() -> None:
    assert _code_in_call("OPTIONS") == 200
    assert _code_in_call("INFO") == 200


def test_within_a_call_keys_are_taken_and_other_information_is_not() -> None:
    assert _code_in_call("INFO", ("content-type", "application/dtmf-relay"), body="Signal=5") == 200
    assert _code_in_call("INFO", ("content-type", "Application/DTMF; x=y"), body="5") == 200
    assert _code_in_call("INFO", ("content-type", "application/vnd.unknown"), body="x") == 415


def test_within_a_call_notices_of_a_transfer_pass_and_others_do_not() -> None:
    assert _code_in_call("NOTIFY", ("event", "refer;id=3")) is None
    assert _code_in_call("NOTIFY", ("event", "keep-alive")) == 489
    assert _code_in_call("SUBSCRIBE", ("event", "presence")) == 405
    assert _code_in_call("FOO") == 501


@pytest.mark.parametrize("header", ["call-id", "cseq", "from", "to", "max-forwards"])
def test_a_header_that_may_be_there_once_is_refused_if_it_is_there_twice(header: str) -> None:
    message = Message("", ((header, "1"), (header, "1")))

    answers = [answer_to_invite(message, None), answer_outside("OPTIONS", message)]

    assert [each.code if each else None for each in answers] == [400, 400]


@pytest.mark.parametrize(("lengths", "body", "code"), [("5", "four", 400), ("4", "four", 200), ("4 5", "fours", 400)])
def test_a_body_is_as_long_as_it_says(lengths: str, body: str, code: int) -> None:
    headers = tuple(("content-length", each) for each in lengths.split())

    answer = answer_outside("OPTIONS", Message("", headers, body))

    assert answer is not None
    assert answer.code == code


def test_who_ends_lines_by_lf_may_count_them_as_crlf() -> None:
    answer = answer_outside("OPTIONS", Message("", (("content-length", "8"),), "v=0\ns=\n"))

    assert answer is not None
    assert answer.code == 200


def test_options_may_require_what_their_trunk_may_use_alone() -> None:
    required = Message("", (("require", "100rel, replaces"),))
    may, may_not = Extensions(replaces=True), Extensions(refused=frozenset({"100rel"}))

    answers = [answer_outside("OPTIONS", required, each) for each in (may, ANY_EXTENSION, may_not)]

    assert [dict(each.headers).get("Unsupported") for each in answers if each] == [None, "replaces", "100rel, replaces"]


def test_options_that_require_what_nobody_has_are_told_what() -> None:
    answer = answer_outside("OPTIONS", Message("", (("require", "timer, made-up"),)))

    assert answer is not None
    assert (answer.code, answer.headers) == (420, (("Unsupported", "made-up"),))
