"""The process of numbered telephones: whatever it is ordered is done at once, however orders arrive."""

import asyncio
import json
import socket
from contextlib import ExitStack
from functools import partial

import pytest

from tests.peers.g711 import PCMA
from tests.peers.numbered_telephones import Telephone, telephones
from tests.peers.ports_read import media_socket
from tests.peers.waiting import eventually

pytestmark = pytest.mark.processes

COUNT = 5


def has_come(listener: socket.socket) -> bool:
    try:
        return bool(listener.recv(2048))
    except BlockingIOError:
        return False


async def test_orders_that_arrive_together_are_all_obeyed() -> None:
    with ExitStack() as stack:
        listeners = [stack.enter_context(media_socket()) for _ in range(COUNT)]
        async with telephones([Telephone(PCMA, PCMA)] * COUNT) as phones:
            orders = [{"caller": at, "port": each.getsockname()[1]} for at, each in enumerate(listeners)]
            assert phones.process.stdin is not None
            phones.process.stdin.write(b"".join(json.dumps(each).encode() + b"\n" for each in orders))

            for each in listeners:
                await eventually(partial(has_come, each), within_s=5, otherwise=lambda: "it says nothing")

            counted = await phones.counts()
    assert [each["heard"]["first"] for each in counted] == [None] * COUNT


async def test_no_telephone_has_the_port_where_reports_for_another_come() -> None:
    async with telephones([Telephone(PCMA, PCMA)] * COUNT) as phones:
        assert all(port % 2 == 0 for port in phones.ports)
        for port in phones.ports:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port + 1))
        await asyncio.wait_for(phones.counts(), 30)
