"""Each limit of a node, set so low that it is reached: callers get 503, REST too, /readyz says why, a call goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from engine.aio.tasks import stopped
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.standing_still import standing_still

pytestmark = pytest.mark.sip

ECHO = "<Response><Echo/></Response>"
FOUR_LOOKS_S = 4.5
ORDER = {"from": "+3225550100", "to": "+3225550199"}


@asynccontextmanager
async def held_up_again_and_again(pid: int) -> AsyncIterator[None]:
    """Meanwhile, the process stands still for half of each second."""

    async def hold_up() -> None:
        while True:
            with standing_still(pid):
                await asyncio.sleep(0.5)
            await asyncio.sleep(0.5)

    holding = asyncio.create_task(hold_up())
    try:
        yield
    finally:
        await stopped(holding)


async def test_one_call_more_than_may_be_is_to_be_tried_again_until_one_ends(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHO
    async with (
        platform(tmp_path, ports, {"MOST_CALLS": "1"}, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500) as (caller,),
        raw_caller(telefoon.sip_port) as newcomer,
        raw_caller(telefoon.sip_port) as later,
    ):
        check = await telefoon.check_when("calls", "This node has as much to do as it may")
        refused = await newcomer.asks("INVITE", body=audio())
        status, problem = await telefoon.refuses("calls", ORDER)
        began_s = caller.ear.now_s
        await caller.ear.hears_in_all(1500, seconds=0.5, within_s=20, since_s=began_s)
        await telefoon.delete(f"calls/{caller.call_id}")
        await telefoon.check_when("calls", "100 of 100 pairs of RTP ports")
        taken = await later.asks("INVITE", body=audio())

    assert "calls at once: 1, and 1 is the most" in check["detail"]
    assert (refused.code, refused.header("retry-after")) == (503, "1")
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "calls at once" in problem["detail"]
    assert taken.code != 503


@pytest.mark.parametrize(
    ("setting", "most", "told"),
    [
        ("MOST_CPU_PERCENT", "0.0001", "CPU of this node"),
        ("MOST_LOOP_LAG_MS", "0.000001", "lag of the event loop"),
        ("MOST_FILES", "5", "open files"),
        ("MOST_MEMORY_MB", "20", "memory"),
    ],
)
async def test_what_is_used_up_is_told_by_its_name_and_no_call_begins(
    tmp_path: Path, ports: Ports, setting: str, most: str, told: str
) -> None:
    async with platform(tmp_path, ports, {setting: most}) as telefoon, raw_caller(telefoon.sip_port) as newcomer:
        check = await telefoon.check_when("calls", "This node has as much to do as it may")
        refused = await newcomer.asks("INVITE", body=audio())
        status, problem = await telefoon.refuses("calls", ORDER)

    assert told in check["detail"]
    assert told in problem["detail"]
    assert (refused.code, status) == (503, HTTPStatus.SERVICE_UNAVAILABLE)


async def test_a_media_clock_that_is_late_is_told_while_the_call_goes_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHO
    async with (
        platform(tmp_path, ports, {"MOST_CLOCK_LAG_MS": "0.001"}, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500) as (caller,),
    ):
        check = await telefoon.check_when("calls", "This node has as much to do as it may")
        await caller.ear.hears_in_all(1500, seconds=0.5, within_s=20, since_s=caller.ear.now_s)

    assert "lag of the media clock" in check["detail"]


@pytest.mark.parametrize("ptime_ms", [10, 40])
async def test_a_line_of_any_packet_time_makes_the_media_clock_no_later(
    tmp_path: Path, ports: Ports, shop: Customer, ptime_ms: int
) -> None:
    shop.flows["/start"] = ECHO
    settings = {"MOST_CLOCK_LAG_MS": "300"}
    async with (
        platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1500),
        raw_caller(telefoon.sip_port) as caller,
        raw_caller(telefoon.sip_port) as later,
    ):
        first = await caller.asks("INVITE", body=audio(more=f"a=ptime:{ptime_ms}\r\n"))
        await asyncio.sleep(FOUR_LOOKS_S)
        second = await later.asks("INVITE", body=audio())

    assert (first.code, second.code) == (200, 200)


async def test_a_process_that_stands_still_for_half_seconds_is_told_by_its_media_clock(
    tmp_path: Path, ports: Ports
) -> None:
    async with (
        platform(tmp_path, ports, {"MOST_CLOCK_LAG_MS": "300"}) as telefoon,
        held_up_again_and_again(telefoon.pid),
    ):
        check = await telefoon.check_when("calls", "This node has as much to do as it may")

    assert "lag of the media clock" in check["detail"]
