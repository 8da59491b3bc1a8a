"""A node whose clock is half a minute off: neither it nor the others do anything amiss for that."""

import asyncio
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.peers.auditor import audit
from tests.peers.callers import all_hear_all_others, calling
from tests.peers.customer import Customer
from tests.peers.nodes import nodes
from tests.peers.phone import phone
from tests.peers.platform import Platform
from tests.peers.ports import Ports
from tests.peers.preloaded import SetClock

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE: Final = "+3225550199"
HALL: Final = '<Response><Dial><Conference beep="false">hall</Conference></Dial></Response>'
TALKS: Final = "<Response><Say>Good afternoon.</Say><Pause length='600'/></Response>"
HALF_A_MINUTE: Final = timedelta(seconds=30)
LEASE_S: Final = 10.0
BEAT_S: Final = 1.0
EITHER_WAY: Final = pytest.mark.parametrize("off", [HALF_A_MINUTE, -HALF_A_MINUTE], ids=["ahead", "behind"])


@EITHER_WAY
async def test_calls_rooms_and_requests_of_both_nodes_are_as_ever(
    tmp_path: Path, ports: Ports, shop: Customer, database: str, off: timedelta
) -> None:
    shop.flows["/start"] = HALL
    number = {"--url": shop.url("/start"), "--status-callback": shop.url("/status")}
    began_s = time.monotonic()
    async with (
        phone() as far_end,
        nodes(
            tmp_path, ports, database, settings={"TRUNK": f"sip:127.0.0.1:{far_end.port}"}, number=number,
            machines={"b": machine(tmp_path, off)},
        ) as (a, b),
        calling(a, ports, 400) as of_a,
        calling(b, ports, 620) as of_b,
    ):  # fmt: skip
        talking = [await talks(each, shop) for each in (a, b)]
        await all_hear_all_others(*of_a, *of_b)
        await asyncio.sleep(1.5 * LEASE_S)
        assert a.states_of_nodes() == b.states_of_nodes() == {"a": "serving", "b": "serving"}

        for each, call_id in ((b, talking[0]), (a, talking[1]), (b, of_a[0].call_id), (a, of_b[0].call_id)):
            await each.delete(f"calls/{call_id}")

        ordered = [*talking, of_a[0].call_id, of_b[0].call_id]
        assert await audit(a, ordered, shop, recorded=talking) == []
        lasted_s = time.monotonic() - began_s
        rows = [await b.get(f"calls/{call_id}") for call_id in ordered]
        assert not any(word in each.log() for each in (a, b) for word in ("takes_over", "node_fenced"))
    assert all(1.5 * LEASE_S <= each["duration"] <= lasted_s for each in rows), [each["duration"] for each in rows]
    assert {each["status"] for each in rows} == {"completed"}


@EITHER_WAY
async def test_calls_of_such_a_node_are_as_long_as_it_lived_when_it_is_killed(
    tmp_path: Path, ports: Ports, shop: Customer, database: str, off: timedelta
) -> None:
    async with (
        phone() as far_end,
        nodes(
            tmp_path, ports, database, settings={"TRUNK": f"sip:127.0.0.1:{far_end.port}"},
            machines={"b": machine(tmp_path, off)},
        ) as (a, b),
    ):  # fmt: skip
        began_s = time.monotonic()
        call_id = await talks(b, shop)
        answered_s = time.monotonic()
        await asyncio.sleep(LEASE_S)
        most_s, least_s = time.monotonic() - began_s + 1, time.monotonic() - answered_s - 2 * BEAT_S

        await b.end(signal.SIGKILL)
        closed = await a.ended_call(call_id, within_s=25)
        await b.start()

        assert closed["status"] == "failed"
        assert least_s <= closed["duration"] <= most_s + BEAT_S, closed
        assert await audit(a, [call_id], shop) == []


def machine(folder: Path, off: timedelta) -> dict[str, str]:
    """The environment of a node whose clock is so far from the true time."""
    clock = SetClock(folder / "clock")
    clock.step(off)
    return clock.environment


async def talks(node: Platform, shop: Customer) -> str:
    """A recorded call that is answered and talks."""
    call = await node.place(CALLEE, flow=TALKS, record=True, status_callback=shop.url("/status"))
    call_id: str = call["id"]
    await node.noted(call_id, "recording_started", within_s=30)
    return call_id
