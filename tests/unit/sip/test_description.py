"""Session descriptions as far ends write them, read as they were meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.description import (
    NAMED,
    NO_AUDIO,
    NO_CODEC,
    OTHER_FAMILY,
    Carried,
    Refusal,
    is_held_by_zeros,
    read_description,
)

CARRIED = Carried(frozenset({"pcma", "opus"}))
HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
AUDIO = "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
VIDEO = "m=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
AMR = "m=audio 40004 RTP/AVP 96\r\na=rtpmap:96 AMR/8000\r\n"


def read(text: str, carried: Carried = CARRIED) -> list[str]:
    """The lines that the library reads of a description of which something is carried."""
    reading = read_description(text, carried)
    assert reading.refusal is None
    return reading.text.splitlines()


def media(text: str) -> list[str]:
    return [line for line in read(text) if line.startswith("m=")]


def test_what_is_plain_stays_as_it_is() -> None:
    assert read_description(HEAD + AUDIO, CARRIED).text == HEAD + AUDIO


@pytest.mark.parametrize("line", ["s=\r\n", "s= \r\n", ""])
def test_a_session_without_a_name_gets_one(line: str) -> None:
    assert read(HEAD.replace("s=-\r\n", line) + AUDIO) == (HEAD + AUDIO).splitlines()


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("o=Alice Example 1 1 IN IP4 192.0.2.1", "o=Alice_Example 1 1 IN IP4 192.0.2.1"),
        ("o=1 1 IN IP4 192.0.2.1", "o=- 1 1 IN IP4 192.0.2.1"),
    ],
)
def test_an_origin_of_other_than_six_words_is_made_one(origin: str, told: str) -> None:
    assert told in read(HEAD.replace("o=- 1 1 IN IP4 192.0.2.1", origin) + AUDIO)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n\r\n", " \r\n"])
def test_lines_end_as_they_may(end: str) -> None:
    assert read((HEAD + AUDIO).replace("\r\n", end)) == (HEAD + AUDIO).splitlines()


@pytest.mark.parametrize(
    "refused",
    [VIDEO, "m=image 40002 udptl t38\r\n", "m=application 9 UDP/BFCP *\r\n", AMR, "m=audio 0 RTP/AVP 8\r\n",
     "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", "m=application 9 DTLS/SCTP 5000\r\n",
     "m=text 40006 RTP/AVP 98\r\na=rtpmap:98 t140/1000\r\n", "m=audio 40008 RTP/AVP\r\n"],
)  # fmt: skip
def test_a_line_that_is_not_carried_is_closed_and_the_audio_stays(refused: str) -> None:
    before, after = media(HEAD + refused + AUDIO), media(HEAD + AUDIO + refused)

    assert before[1] == after[0] == "m=audio 40000 RTP/AVP 8"
    assert before[0] == after[1]
    assert before[0].split()[1] == "0"
    assert all(int(each) < 128 for each in before[0].split()[3:] if each.isdigit())


def test_a_dynamic_format_that_nothing_explains_is_passed_over() -> None:
    offer = HEAD + "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"

    assert media(offer) == ["m=audio 40000 RTP/AVP 8"]


@pytest.mark.parametrize("rtpmap", ["a=rtpmap:101 telephone-event", "a=rtpmap:101", "a=rtpmap:x telephone-event/8000"])
def test_a_format_explained_by_half_is_passed_over_with_its_line(rtpmap: str) -> None:
    lines = read(HEAD + f"m=audio 40000 RTP/AVP 101 8\r\na=rtpmap:8 PCMA/8000\r\n{rtpmap}\r\n")

    assert "m=audio 40000 RTP/AVP 8" in lines
    assert rtpmap not in lines


@pytest.mark.parametrize("order", [("16000", "8000"), ("8000", "16000")])
def test_keys_at_two_rates_of_one_payload_type_are_those_of_8000_hz(order: tuple[str, str]) -> None:
    maps = "".join(f"a=rtpmap:101 telephone-event/{rate}\r\n" for rate in order)
    lines = read(HEAD + f"m=audio 40000 RTP/AVP 8 101 101 18\r\n{maps}a=rtpmap:8 PCMA/8000\r\n")

    assert "m=audio 40000 RTP/AVP 8 101 18" in lines
    assert [line for line in lines if "telephone" in line] == ["a=rtpmap:101 telephone-event/8000"]


def test_keys_are_known_in_capitals_too() -> None:
    lines = read(HEAD + "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:101 Telephone-Event/8000\r\n")

    assert "a=rtpmap:101 telephone-event/8000" in lines


@pytest.mark.parametrize(
    ("wishes", "ptime"),
    [
        ("a=maxptime:10", "a=ptime:10"),
        ("a=ptime:30\r\na=maxptime:20", "a=ptime:20"),
        ("a=ptime:20\r\na=maxptime:150", "a=ptime:20"),
        ("a=maxptime:0", None),
        ("a=maxptime:40", None),
    ],
)
def test_a_packet_is_no_longer_than_the_longest(wishes: str, ptime: str | None) -> None:
    lines = read(HEAD + AUDIO + wishes + "\r\n")

    assert next((line for line in lines if line.startswith("a=ptime:")), None) == ptime


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (HEAD + VIDEO, NO_AUDIO),
        (HEAD + AUDIO.replace("40000", "0"), NO_AUDIO),
        (HEAD + AMR + VIDEO, NO_CODEC),
        (HEAD + "m=audio 40000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", NO_CODEC),
        (HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP6 2001:db8::1") + AUDIO, OTHER_FAMILY),
        (HEAD + AUDIO + "c=IN IP6 2001:db8::1\r\n", OTHER_FAMILY),
        (HEAD + AUDIO + "c=IN IP4 media.example\r\n", NAMED),
        (HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP6 media.example") + AUDIO, NAMED),
        (HEAD + AUDIO + "c=IN IP4 192.0.2.1 media.example\r\nc=IN IP4 media.example\r\n", NAMED),
    ],
)
def test_what_offers_nothing_that_we_carry_is_refused_with_the_reason(offer: str, why: Refusal) -> None:
    assert read_description(offer, CARRIED).refusal == why


def test_the_nearest_address_counts() -> None:
    head = HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP6 2001:db8::1")

    assert read(head + AUDIO + "c=IN IP4 192.0.2.1\r\n")
    assert read(head + AUDIO, Carried(CARRIED.codecs, ipv6=True))


def test_a_line_on_hold_by_zeros_is_of_no_family() -> None:
    held = HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0")

    assert read(held + AUDIO, Carried(CARRIED.codecs, ipv6=True))


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("c=IN IP4 media.example", "c=IN IP4 0.0.0.0"),
        ("c=IN IP6 media.example/127", "c=IN IP6 ::"),
        ("c=IN IP4 192.0.2.1/127", "c=IN IP4 192.0.2.1"),
        ("c=IN IP4 192.0.2.1\xa0media.example", "c=IN IP4 192.0.2.1"),
        ("c=AF IP4 192.0.2.1", "c=AF IP4 192.0.2.1"),
        ("c=IN IP7 192.0.2.1", "c=IN IP7 192.0.2.1"),
        ("a=rtcp:40001 IN IP4 media.example", "a=rtcp:40001"),
        ("a=rtcp:40001 IN IP4 192.0.2.1", "a=rtcp:40001 IN IP4 192.0.2.1"),
        ("a=rtcp:40001", "a=rtcp:40001"),
    ],
)
def test_the_library_is_shown_no_name_that_it_would_look_up(written: str, read_as: str) -> None:
    refused = f"m=audio 0 RTP/AVP 8\r\n{written}\r\n"

    assert read(HEAD + AUDIO + refused)[-1] == read_as


def test_a_session_at_a_name_is_carried_where_its_audio_is_at_an_address() -> None:
    assert read(HEAD.replace("IP4 192.0.2.1\r\nt=", "IP4 media.example\r\nt=") + AUDIO + "c=IN IP4 192.0.2.1\r\n")


@pytest.mark.parametrize(
    ("description", "held"),
    [
        (HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0") + AUDIO, True),
        (HEAD + AUDIO + "c=IN IP6 ::\r\n", True),
        (HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0") + AUDIO + "c=IN IP4 192.0.2.1\r\n", False),
        (HEAD + AUDIO + VIDEO + "c=IN IP4 0.0.0.0\r\n", False),
        (HEAD + "m=audio 0 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n" + AUDIO, False),
        (HEAD, False),
        ("", False),
    ],
)
def test_zeros_hold_the_line_whose_address_they_are(description: str, held: bool) -> None:
    assert is_held_by_zeros(description) == held


def test_what_is_no_description_is_left_for_the_library_to_refuse() -> None:
    for text in ("", "hello", "v=0\r\n", HEAD, HEAD + "m=audio\r\n"):
        assert read_description(text, CARRIED).text == text


_LINES = st.lists(
    st.sampled_from(
        ["v=0", "o=- 1 1 IN IP4 x", "s=", "c=IN IP6 ::1", "c=IN", "t=0 0", "m=audio 4 RTP/AVP 8 96 300",
         "m=video 0 x 1", "c=IN IP4 a.b", "a=rtcp:1 IN IP4 a.b",
         "m=", "a=rtpmap:96 opus/48000/2", "a=rtpmap:8", "a=maxptime:10", "a=ptime:x", "", "x"],
    ) | st.text(max_size=20)
)  # fmt: skip


@given(_LINES)
def test_whatever_comes_is_read_and_reading_it_again_changes_nothing(lines: list[str]) -> None:
    once = read_description("\r\n".join(lines), CARRIED)

    again = read_description(once.text, CARRIED)

    assert again.text == once.text
    assert (again.refusal is None) == (once.refusal is None)
