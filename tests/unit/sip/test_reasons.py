"""The Reason header tells the Q.850 cause, wherever among its values and parameters it stands (RFC 3326 §2)."""

import pytest

from sip.message import read_message
from sip.reasons import Reason, q850_cause, reasons, words_of


@pytest.mark.parametrize(
    "lines",
    [
        "Reason: Q.850;cause=20",
        "reason : q.850 ; cause = 20",
        'Reason: Q.850;text="absent";cause=20',
        'Reason: SIP;cause=480;text="x", Q.850;cause=20',
        'Reason: SIP;cause=480;text="a, Q.850;cause=99", Q.850;cause=20;text="b"',
        "Reason: SIP;cause=480\r\nReason: Q.850\r\n ;cause=20",
    ],
)
def test_the_cause_is_found(lines: str) -> None:
    assert q850_cause(read_message(f"BYE sip:a@b SIP/2.0\r\n{lines}\r\n\r\n")) == 20


@pytest.mark.parametrize("value", ["SIP;cause=480", "Q.850", "Q.850;cause=x", "Q.850;cause=99999999999999999999", ""])
def test_where_there_is_none_none_is_made_up(value: str) -> None:
    assert q850_cause(read_message(f"BYE sip:a@b SIP/2.0\r\nReason: {value}\r\n\r\n")) is None


def test_the_far_ends_words_are_kept() -> None:
    message = read_message('BYE sip:a@b SIP/2.0\r\nReason: SIP;cause=200;text="Call completed elsewhere"\r\n\r\n')

    assert reasons(message) == (Reason("sip", 200, "Call completed elsewhere"),)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('Warning: 304 carrier.example "No such codec"', "304 No such codec"),
        ('Warning: 301 a "x", 399 b "Numbers are, mostly, 7 long"', "301 x; 399 Numbers are, mostly, 7 long"),
        ('Reason: Q.850;cause=1;text="Unallocated"\r\nWarning: 399 c "Ported"', "399 Ported; Unallocated"),
        ("Warning: nonsense\r\nReason: Q.850;cause=1", ""),
    ],
)
def test_what_the_far_end_says_beside_its_phrase_is_kept(lines: str, words: str) -> None:
    assert words_of(read_message(f"SIP/2.0 488 Not Acceptable Here\r\n{lines}\r\n\r\n")) == words
