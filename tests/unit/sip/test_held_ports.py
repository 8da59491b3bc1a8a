"""Which pairs of RTP ports are taken on a machine, by real sockets as the kernel tells of them."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.settings import SipTransport
from sip.call_room import RoomForCalls
from sip.config import ListenAddress
from sip.held_ports import PortWatch, taken_pairs
from tests.peers.ports import Ports


@pytest.fixture
def ports() -> Ports:
    return Ports()


def place(first: int, host: str = "127.0.0.1") -> ListenAddress:
    return ListenAddress(host, 5060, (SipTransport.UDP,), None, first, first + 7)


def bound(stack: ExitStack, host: str, port: int) -> None:
    made = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM))
    made.bind((host, port))


def sockets() -> Sequence[str]:
    files = (Path("/proc/self/net") / name for name in ("udp", "udp6"))
    return [line for file in files for line in file.read_text().splitlines()[1:]]


@pytest.mark.parametrize(
    ("ours", "theirs", "taken"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "0.0.0.0", True),
        ("127.0.0.1", "::", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("0.0.0.0", "127.0.0.2", True),
        ("::1", "::1", True),
        ("::1", "127.0.0.1", False),
    ],
)
def test_a_pair_is_taken_where_one_of_its_ports_is_at_our_address(
    ports: Ports, ours: str, theirs: str, *, taken: bool
) -> None:
    first = ports.block(8)
    with ExitStack() as stack:
        bound(stack, theirs, first + 3)
        found = taken_pairs([place(first, ours)], sockets())

    assert found == ({first + 2} if taken else set())


async def test_what_others_hold_is_taken_from_the_room_and_told_once_when_none_is_left(ports: Ports) -> None:
    first = ports.block(8)
    places = [place(first)]
    room = RoomForCalls(places)
    watch = PortWatch(places, room, lambda: 0)

    with ExitStack() as stack, capture_logs() as lines:
        for port in range(first, first + 8, 2):
            bound(stack, "127.0.0.1", port)
        for _ in range(3):
            await watch.look()
        full = room.left(0)
    await watch.look()

    assert full.is_full
    assert [(each["event"], each["pairs"]) for each in lines] == [("rtp_ports_held_by_others", 4)]
    assert room.left(0).free == 4
