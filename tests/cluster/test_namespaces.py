"""Networks of their own: what is in one reaches the others and this machine, and nothing is left of it afterwards."""

import asyncio
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from scripts.cluster.namespaces import network
from tests.peers.cuts import CHECKOUT, Link
from tests.peers.waiting import eventually

pytestmark = pytest.mark.processes

SENT = 400
KILLED = textwrap.dedent(
    """
    import os, signal
    from scripts.cluster.namespaces import network

    with network() as made:
        made.add(made.subnet.node(1))
        print(made.subnet.interface, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
)
SENDER = """
import socket, sys
sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(int(sys.argv[3])):
    sending.sendto(b"any", (sys.argv[1], int(sys.argv[2])))
"""
RECEIVER = """
import socket, sys
receiving = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)  # only the wire is to lose any
receiving.bind((sys.argv[1], int(sys.argv[2])))
print("listening", flush=True)
receiving.settimeout(2)
came = 0
try:
    while came < int(sys.argv[3]) and receiving.recv(100):
        came += 1
finally:
    print(came)
"""


def arrives(sender: Link, receiver: Link, port: int, *, of: int = 1) -> int:
    """How many of so many datagrams get from one to the other."""
    to = (receiver.where.address, str(port), str(of))
    command = [*receiver.where.inside, sys.executable, "-c", RECEIVER, *to]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as receiving:
        assert receiving.stdout is not None
        assert receiving.stdout.readline() == "listening\n"
        sender.where.run(sys.executable, "-c", SENDER, *to)
        return int(receiving.stdout.readline())


def interfaces() -> set[str]:
    return {path.name for path in Path("/sys/class/net").iterdir()}


def test_two_reach_each_other_by_the_same_port() -> None:
    with network() as made:
        one, other = (Link(made, made.add(made.subnet.node(number))) for number in (1, 2))

        assert arrives(one, other, 5060)
        assert arrives(other, one, 5060)


def test_two_networks_at_once_have_nothing_to_do_with_each_other() -> None:
    with network() as one, network() as other:
        assert one.subnet != other.subnet
        assert one.subnet.interface in interfaces()
        assert other.subnet.interface in interfaces()


def test_nothing_is_left_of_one_that_has_ended() -> None:
    with network() as made:
        holder = made.add(made.subnet.node(1)).holder

    assert made.subnet.interface not in interfaces()
    assert not Path(f"/proc/{holder}").exists()


async def test_nothing_is_left_of_one_whose_owner_was_killed() -> None:
    killed = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", KILLED], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=False
    )

    await eventually(
        lambda: killed.stdout.strip() not in interfaces(), within_s=10, otherwise=lambda: str(interfaces())
    )


def test_who_is_cut_off_from_one_still_reaches_the_others() -> None:
    with network() as made:
        one, other, third = (Link(made, made.add(made.subnet.node(number))) for number in (1, 2, 3))

        with one.cut_from(other.where.address):
            assert not arrives(one, other, 5060)
            assert not arrives(other, one, 5060)
            assert arrives(one, third, 5060)

        assert arrives(one, other, 5060)


def test_who_is_cut_off_from_sip_still_hears_all_else() -> None:
    with network() as made:
        one, other = (Link(made, made.add(made.subnet.node(number))) for number in (1, 2))

        with one.without_sip():
            assert not arrives(one, other, 5060)
            assert not arrives(other, one, 5061)
            assert arrives(one, other, 8080)


def test_a_bad_wire_loses_some_of_the_packets_both_ways() -> None:
    with network() as made:
        one, other = (Link(made, made.add(made.subnet.node(number))) for number in (1, 2))

        with one.losing(20):
            there, back = arrives(one, other, 5060, of=SENT), arrives(other, one, 5060, of=SENT)

        # Give or take five standard deviations.
        assert SENT * 0.1 < SENT - there < SENT * 0.3
        assert SENT * 0.1 < SENT - back < SENT * 0.3
