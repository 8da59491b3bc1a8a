"""What our descriptions offer: listed codecs in their order, keys at their clocks, and packet times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk import Dtmf
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


@pytest.mark.parametrize("dtmf", [Dtmf.INFO_RELAY, Dtmf.INFO_DTMF, Dtmf.INBAND])
def test_keys_that_travel_otherwise_are_offered_by_no_event(dtmf: Dtmf) -> None:
    assert media_line(Offering(dtmf=dtmf)) == "m=audio 4000 RTP/AVP 96 9 8 0"
    assert "telephone-event" not in offered(OURS, Offering(dtmf=dtmf))


def test_keys_have_the_payload_type_that_is_asked_for_and_the_next_beside_opus() -> None:
    lines = offered(OURS, Offering(event_type=110)).split("\r\n")

    assert "m=audio 4000 RTP/AVP 96 9 8 0 110 111" in lines
    assert {"a=rtpmap:110 telephone-event/8000", "a=fmtp:110 0-16"} <= set(lines)
    assert {"a=rtpmap:111 telephone-event/48000", "a=fmtp:111 0-16"} <= set(lines)
    assert not [line for line in lines if ":101 " in line or ":102 " in line]


@pytest.mark.parametrize(
    ("event_type", "formats"), [(101, "96 9 8 0 101 102"), (102, "96 9 8 0 102 103"), (127, "97 9 8 0 127 96")]
)
def test_payload_types_stay_apart(event_type: int, formats: str) -> None:
    assert media_line(Offering(event_type=event_type)) == f"m=audio 4000 RTP/AVP {formats}"


def test_a_codec_makes_room_for_the_type_of_keys() -> None:
    lines = offered(OURS, Offering(("opus",), event_type=96)).split("\r\n")

    assert "m=audio 4000 RTP/AVP 98 97" in lines
    assert {"a=rtpmap:98 opus/48000/2", "a=fmtp:98 useinbandfec=1", "a=rtpmap:97 telephone-event/48000"} <= set(lines)


@given(st.text())
def test_whatever_is_described_stays_text(text: str) -> None:
    assert isinstance(offered(text, Offering(("pcma",), 20, event_type=101)), str)
