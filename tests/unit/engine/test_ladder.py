"""A call's SIP messages as a ladder, and as packets for other programs."""

import struct
from datetime import UTC, datetime, timedelta

from engine.diagnosis.ladder import as_lines, ladder
from engine.diagnosis.pcap import pcap_of
from engine.model.sip_message import SipMessage

START = datetime(2026, 11, 29, 9, 0, 0, 250000, UTC)
OURS, THEIRS = "192.0.2.1:5060", "198.51.100.7:5080"
FILE_HEADER, RECORD_HEADER, IPV4, UDP = 24, 16, 20, 8


def message(first: str, *, sent: bool, ms: int = 0, call_id: str = "a", cseq: str = "1 INVITE",
            local: str = OURS, remote: str = THEIRS) -> SipMessage:  # fmt: skip
    text = f"{first}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\n\r\n"
    return SipMessage(START + timedelta(milliseconds=ms), sent, "UDP", local, remote, text)


INVITE = "INVITE sip:+3225550199@carrier.example SIP/2.0"
TRIED_TWICE = [
    message(INVITE, sent=True),
    message(INVITE, sent=True, ms=500),
    message("SIP/2.0 503 Service Unavailable", sent=False, ms=600),
    message("ACK sip:+3225550199@carrier.example SIP/2.0", sent=True, ms=600, cseq="1 ACK"),
    message(INVITE, sent=True, ms=610, call_id="b"),
    message("SIP/2.0 200 OK", sent=False, ms=700, call_id="b"),
]


def test_each_message_is_told_by_its_method_or_by_what_it_answers() -> None:
    titles = [each.title for each in ladder(TRIED_TWICE)]

    assert titles == ["INVITE", "INVITE", "503 Service Unavailable (INVITE)", "ACK", "INVITE", "200 OK (INVITE)"]


def test_a_message_that_is_sent_again_is_told_as_such_and_a_new_attempt_is_not() -> None:
    assert [each.repeated for each in ladder(TRIED_TWICE)] == [False, True, False, False, False, False]


def test_a_person_reads_times_addresses_and_directions_below_each_dialog() -> None:
    lines = as_lines(ladder(TRIED_TWICE))

    assert lines[0] == f"{OURS} and {THEIRS}, Call-ID a"
    assert lines[2] == f"  09:00:00.750  UDP   {OURS} --- INVITE --> {THEIRS}  (sent again)"
    assert lines[3] == f"  09:00:00.850  UDP   {OURS} <-- 503 Service Unavailable (INVITE) --- {THEIRS}"
    assert lines[5] == f"{OURS} and {THEIRS}, Call-ID b"


def test_whole_messages_are_shown_without_the_number() -> None:
    lines = as_lines(ladder(TRIED_TWICE), full=True)

    assert "      INVITE sip:+3225xxxx99@carrier.example SIP/2.0" in lines
    assert not any("3225550199" in line for line in lines)


def test_a_message_without_headers_still_has_an_arrow() -> None:
    (arrow,) = ladder([SipMessage(START, False, "TCP", OURS, THEIRS, "")])

    assert (arrow.title, arrow.sip_call_id) == ("", "")


def test_a_pcap_has_a_udp_packet_with_its_time_for_each_message() -> None:
    pcap = pcap_of(ladder(TRIED_TWICE))

    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", pcap)
    seconds, micros, length, _ = struct.unpack_from("<IIII", pcap, FILE_HEADER)
    packet = pcap[FILE_HEADER + RECORD_HEADER :][:length]
    ports = struct.unpack_from("!HH", packet, IPV4)
    assert (magic, link) == (0xA1B2C3D4, 101)
    assert (seconds, micros) == (int(START.timestamp()), 250_000)
    assert (packet[12:16], packet[16:20], ports) == (bytes([192, 0, 2, 1]), bytes([198, 51, 100, 7]), (5060, 5080))
    assert packet[IPV4 + UDP :].startswith(b"INVITE sip:+3225xxxx99@")


def test_what_came_in_goes_from_the_far_end_to_us_also_by_ipv6() -> None:
    came = message("BYE sip:x SIP/2.0", sent=False, local="[2001:db8::1]:5060", remote="[2001:db8::2]:5062")

    packet = pcap_of([came])[FILE_HEADER + RECORD_HEADER :]

    assert packet[0] >> 4 == 6
    assert (packet[23], packet[39]) == (2, 1)
    assert struct.unpack_from("!HH", packet, 40) == (5062, 5060)


def test_a_pcaps_ipv4_header_sums_up_as_rfc_1071_wants() -> None:
    packet = pcap_of(TRIED_TWICE)[FILE_HEADER + RECORD_HEADER :]

    total = sum(struct.unpack_from("!10H", packet))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF
