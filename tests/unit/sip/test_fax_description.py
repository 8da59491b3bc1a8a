"""The line of fax in session descriptions, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.description import Carried, read_description
from sip.fax.description import FaxLine, described_with_fax, fax_line

SESSION = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
AUDIO = "m=audio {} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
FAX = "m=image 5004 udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:9600\r\n"
LINE = FaxLine("192.0.2.1", 5004, ("a=T38FaxVersion:0", "a=T38MaxBitRate:9600"))
CARRIED = Carried(frozenset({"pcma"}), fax=True)


@pytest.mark.parametrize(
    ("media", "found"),
    [
        (FAX, LINE),
        (AUDIO.format(0) + FAX, LINE),
        (FAX.replace("udptl", "UDPTL"), LINE),
        (FAX + "c=IN IP4 192.0.2.9\r\n", FaxLine("192.0.2.9", 5004, LINE.attributes)),
        (AUDIO.format(4000) + FAX, None),
        (AUDIO.format(4000), None),
        (FAX.replace("5004", "0"), None),
        (FAX.replace("udptl", "TCP"), None),
        (FAX.replace("5004", "70000"), None),
        ("", None),
    ],
)
def test_a_line_of_fax_is_found_where_it_stands_alone(media: str, found: FaxLine | None) -> None:
    assert fax_line(SESSION + media) == found


def test_the_rate_is_the_one_that_is_named_or_the_usual_one() -> None:
    assert LINE.rate_bps == 9600
    assert FaxLine("192.0.2.1", 5004, ()).rate_bps == 14400


def test_ours_has_the_attributes_of_the_other_and_our_address_and_port() -> None:
    ours = SESSION.replace("192.0.2.1", "198.51.100.1") + AUDIO.format(4000) + "a=ice-ufrag:x\r\n"

    described = described_with_fax(ours, LINE, 4010)

    assert fax_line(described) == FaxLine("198.51.100.1", 4010, LINE.attributes)
    assert "audio" not in described
    assert "ice" not in described


def test_a_line_of_fax_reaches_the_library_where_it_is_carried_alone() -> None:
    carried = read_description(SESSION + FAX, CARRIED)
    refused = read_description(SESSION + FAX, Carried(frozenset({"pcma"})))

    assert (carried.refusal, "m=image 5004 udptl t38" in carried.text) == (None, True)
    assert (refused.refusal is not None, "m=image 0 udptl t38" in refused.text) == (True, True)


def test_fax_beside_audio_is_closed_and_audio_goes_on() -> None:
    reading = read_description(SESSION + AUDIO.format(4000) + FAX, CARRIED)

    assert reading.refusal is None
    assert "m=audio 4000" in reading.text
    assert "m=image 0 udptl t38" in reading.text


@given(st.text())
def test_nothing_is_raised_whatever_the_text_is(text: str) -> None:
    fax_line(text)
    fax_line(SESSION + "m=image " + text)
    described_with_fax(text, LINE, 4010)
