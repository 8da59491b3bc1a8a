"""The machine's clock is set by an hour while calls go on: no duration, no order and no callback hangs on it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.peers.crowd import CALLEE, CALLS, crowd
from tests.peers.customer import Customer
from tests.peers.ports import Ports
from tests.peers.preloaded import SetClock
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.slow, pytest.mark.costly("twenty recorded calls")]

AN_HOUR = timedelta(hours=1)
FOUND_S = 2.5
"""After which the process has certainly found that its clock was set."""


@pytest.mark.parametrize("step", [AN_HOUR, -AN_HOUR], ids=["forward", "back"])
async def test_twenty_calls_are_as_long_as_they_were_and_accounted_for(
    tmp_path: Path, ports: Ports, shop: Customer, step: timedelta
) -> None:
    clock = SetClock(tmp_path / "clock")
    clock.step(timedelta(0))
    began_s = time.monotonic()
    async with crowd(tmp_path, ports, shop, seconds=600, machine=clock.environment) as calls:
        shop.failing.add("/status")
        clock.step(step)
        await asyncio.sleep(FOUND_S)
        calls.goes_on()
        await calls.hang_up(calls.ordered)
        ended_at, lasted_s, failed = datetime.now(UTC), time.monotonic() - began_s, len(shop.asked)
        shop.failing.clear()
        await eventually(
            lambda: {each.form["CallSid"] for each in shop.asked[failed:]} == set(calls.ordered),
            within_s=60,
            otherwise=lambda: "what could not be told is told again within seconds",
        )

        await calls.is_accounted_for()
        rows = await calls.rows()
        later = await calls.telefoon.place(CALLEE, flow="<Response/>", status_callback=shop.url("/later"))
        await calls.telefoon.ended_call(later["id"])
        told = await shop.is_asked("/later", times=4)

    assert [row["status"] for row in rows] == ["completed"] * CALLS
    assert all(FOUND_S < row["duration"] < lasted_s + 1 for row in rows), [row["duration"] for row in rows]
    assert all(abs(datetime.fromisoformat(row["end_time"]) - ended_at) < timedelta(minutes=5) for row in rows)
    assert abs(datetime.fromisoformat(later["start_time"]) - datetime.now(UTC) - step) < timedelta(minutes=5)
    assert [form["CallStatus"] for form in told] == ["queued", "ringing", "in-progress", "completed"]
    assert is_signed_at(shop, datetime.now(UTC) + step)


def is_signed_at(shop: Customer, now: datetime) -> bool:
    """Whether the last callback says that it was signed then, by the clock as it is set: receivers refuse another."""
    (stamp,) = (value for name, value in shop.asked[-1].headers.items() if name.lower() == "webhook-timestamp")
    return abs(datetime.fromtimestamp(int(stamp), UTC) - now) < timedelta(minutes=5)
