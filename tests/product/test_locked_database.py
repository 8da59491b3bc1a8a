"""Another process has the database's file to itself: whoever asks is told, and who talks notices nothing."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.waiting import eventually
from tests.running.pace import patience

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
TOLD_WITHIN_S = 5.0  # two seconds are aimed at; a busy machine adds to them


@contextmanager
def kept(file: Path) -> Iterator[None]:
    """As an operator does who forgets an open transaction."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def statuses(shop: Customer) -> list[str]:
    """As they were told; what could not be noted as told for a while may come twice."""
    return list(dict.fromkeys(form["CallStatus"] for form in shop.forms("/status")))


async def test_a_call_ends_as_it_did_and_new_ones_are_told_to_try_again(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    flow = "<Response><Pause length='60'/></Response>"
    async with (
        phone("--hang-up-after", "6") as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        (file,) = (tmp_path / "var").glob("*.db")
        order = {"from": "+3225550100", "to": CALLEE, "flow": flow}
        placed_at = time.monotonic()
        placed = await telefoon.place(CALLEE, flow=flow, status_callback=shop.url("/status"))
        await telefoon.call_when(placed["id"], "in-progress")

        with kept(file):
            asked_at = time.monotonic()
            async with telefoon.client.post("calls", json=order) as refused:
                again_after = refused.headers["Retry-After"]
            told_after = time.monotonic() - asked_at
            async with raw_caller(telefoon.sip_port) as caller:
                turned_away = await caller.asks("INVITE", body=audio())
            still = await telefoon.get(f"calls/{placed['id']}")
            await far_end.tells("hung_up", within_s=20)
            lasted_s = time.monotonic() - placed_at
            await asyncio.sleep(3)

        ended = await telefoon.ended_call(placed["id"])
        told = await eventually(
            lambda: found if "completed" in (found := statuses(shop)) else None,
            within_s=20,
            otherwise=lambda: f"asked for {shop.asked}",
        )

    assert (refused.status, int(again_after) > 0) == (503, True)
    assert told_after < patience(TOLD_WITHIN_S)
    assert turned_away.code == 503
    assert still["status"] == "in-progress", "readers go on"
    assert ended["status"] == "completed"
    assert 3 <= ended["duration"] <= lasted_s + 1, "it lasted as long as it did, not until it was stored"
    assert told == ["queued", "ringing", "in-progress", "completed"]


async def test_a_node_stops_while_the_file_is_kept_and_the_next_closes_its_call(tmp_path: Path, ports: Ports) -> None:
    async with (
        phone() as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        (file,) = (tmp_path / "var").glob("*.db")
        placed = await telefoon.place(CALLEE, flow="<Response><Pause length='60'/></Response>")
        await telefoon.call_when(placed["id"], "in-progress")

        with kept(file):
            code = await telefoon.end()
            await far_end.tells("hung_up")
        await telefoon.start()
        closed = await telefoon.ended_call(placed["id"])

    assert code == 0
    assert closed["status"] == "failed", "the next start found it open"
