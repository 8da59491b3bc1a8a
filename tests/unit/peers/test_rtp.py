"""RFC 3550 §5.1 and RFC 4733 §2.3, in bytes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.peers.rtp import KEYS, NotRtp, Packet, TelephoneEvent

packets = st.builds(
    Packet,
    payload_type=st.integers(0, 127),
    sequence=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    ssrc=st.integers(0, 0xFFFFFFFF),
    payload=st.binary(max_size=200),
    marker=st.booleans(),
)


@given(packets)
def test_a_packet_survives_a_round_trip(packet: Packet) -> None:
    assert Packet.read(packet.bytes()) == packet


def test_contributors_extension_and_padding_are_no_payload() -> None:
    datagram = bytes([0xB1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]) + b"csrc" + b"\xbe\xde\0\1abcd" + b"voice" + b"\0\2"
    assert Packet.read(datagram).payload == b"voice"


@given(st.binary(max_size=40))
def test_anything_else_is_refused_or_read(datagram: bytes) -> None:
    with contextlib.suppress(NotRtp):
        Packet.read(datagram)


@pytest.mark.parametrize("datagram", [b"", b"\x80" * 11, b"\x00" * 12, b"\x90" + b"\0" * 11])
def test_too_short_or_of_another_version_is_refused(datagram: bytes) -> None:
    with pytest.raises(NotRtp):
        Packet.read(datagram)


@given(st.sampled_from(KEYS), st.booleans(), st.integers(0, 0xFFFF), st.integers(0, 63))
def test_an_event_survives_a_round_trip(key: str, end: bool, duration: int, volume: int) -> None:
    event = TelephoneEvent(key, end, duration, volume)
    assert TelephoneEvent.read(event.bytes()) == event


def test_a_flash_is_no_key() -> None:
    assert TelephoneEvent.read(bytes([16, 0, 0, 160])) is None
