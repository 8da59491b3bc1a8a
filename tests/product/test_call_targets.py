"""Whom a call goes to, as an order writes it: real far ends are dialled, and tell what they were sent."""

from pathlib import Path

import pytest

from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer

pytestmark = pytest.mark.sip


@pytest.mark.parametrize("written", ["0470 12 34 56", "0032 (0)470/12.34.56", "tel:+32-470-12-34-56"])
async def test_a_number_as_people_write_it_is_dialled_in_full(tmp_path: Path, ports: Ports, written: str) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as carrier,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{carrier.port}"}) as telefoon,
    ):
        placed = await telefoon.place(written)
        await telefoon.ended_call(placed["id"])

    assert placed["to"] == "+32470123456"
    assert any(each.startswith("INVITE sip:+32470123456@127.0.0.1") for each in carrier.requests)
