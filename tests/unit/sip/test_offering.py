"""What our descriptions offer: listed codecs in their order, keys at their clocks, and packet times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.offering import EVERYTHING, Offering, offered

OURS = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 4000 RTP/AVP 96 9 8 0 101 102
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:9 G722/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=rtpmap:102 telephone-event/48000
a=fmtp:102 0-16
a=ptime:20
a=sendrecv
""".replace("\n", "\r\n")


def media_line(offering: Offering) -> str:
    return next(line for line in offered(OURS, offering).split("\r\n") if line.startswith("m="))


@pytest.mark.parametrize(
    ("codecs", "formats"),
    [
        ((), "96 9 8 0 101 102"),
        (("pcmu", "pcma"), "0 8 101"),
        (("opus",), "96 102"),
        (("g729", "opus", "g722"), "96 9 101 102"),
    ],
)
def test_what_is_listed_is_offered_in_its_order(codecs: tuple[str, ...], formats: str) -> None:
    assert media_line(Offering(codecs)) == f"m=audio 4000 RTP/AVP {formats}"


def test_of_what_is_not_offered_nothing_is_left() -> None:
    lines = offered(OURS, Offering(("pcma",))).split("\r\n")

    of_formats = [line for line in lines if line.startswith(("a=rtpmap", "a=fmtp"))]
    assert of_formats == ["a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16"]
    assert "a=sendrecv" in lines


def test_without_a_listed_codec_the_line_is_refused() -> None:
    assert media_line(Offering(("g729",))).startswith("m=audio 0 RTP/AVP 96")


def test_packet_times_are_asked_for_once() -> None:
    lines = offered(OURS, Offering(ptime_ms=30, maxptime_ms=40)).split("\r\n")

    assert [line for line in lines if "ptime" in line] == ["a=ptime:30", "a=maxptime:40"]


def test_without_a_packet_time_it_stays_as_the_library_says() -> None:
    assert "a=ptime:20" in offered(OURS, Offering(("pcma",)))
    assert offered(OURS, EVERYTHING) == OURS


@given(st.text())
def test_whatever_is_described_stays_text(text: str) -> None:
    assert isinstance(offered(text, Offering(("pcma",), 20)), str)
