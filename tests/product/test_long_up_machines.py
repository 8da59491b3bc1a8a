"""A machine has been up for so long that a clock of 32 bits would begin anew: calls go on, and others begin."""

import asyncio
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, prepared
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.slow]

MOMENTS_S: Final = {"71 minutes": 2**32 / 1e6, "24 days": 2**31 / 1e3, "49 days": 2**32 / 1e3}
"""When a clock of 32 bits that counts micro- or milliseconds, signed or not, is full: seconds of its machine."""
BEFORE_S: Final = 30
"""For the start, and for a caller who is there before the moment."""
AFTER_S: Final = 5
_HALF_SECONDS: Final = 2
ASKS: Final = '<Response><Gather numDigits="2" timeout="120" action="/keys"/></Response>'


def up_for(seconds: int) -> tuple[str, ...]:
    """A command that executes another on a machine that seems to have been up for so long."""
    return ("unshare", "--time", "--monotonic", str(seconds - int(time.monotonic())))


def require_clocks_of_their_own() -> None:
    """Skip the test where a process can't have a clock of its own: it takes root, and Linux 6.3 or later."""
    told = subprocess.run(
        [*up_for(10**6), "python3", "-c", "import time; print(time.monotonic())"], capture_output=True, check=False
    )
    if told.returncode or float(told.stdout) < 10**6 - 1:
        pytest.skip("a process can't have a clock of its own here: that takes root, and Linux 6.3 or later")


@pytest.mark.parametrize("moment_s", MOMENTS_S.values(), ids=MOMENTS_S)
async def test_a_call_goes_on_and_another_begins_once_the_clock_would_begin_anew(
    tmp_path: Path, ports: Ports, shop: Customer, moment_s: float
) -> None:
    require_clocks_of_their_own()
    shop.flows |= {"/asks": ASKS, "/keys": "<Response><Hangup/></Response>"}
    telefoon = await asyncio.to_thread(prepared, tmp_path, ports, number={"--url": shop.url("/asks")})
    telefoon.inside = up_for(int(moment_s) - BEFORE_S)
    passes_s = time.monotonic() + BEFORE_S + 1
    target = f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}"
    keys = f"1{'w' * _HALF_SECONDS * (BEFORE_S + AFTER_S)}2"
    try:
        await telefoon.start()
        async with phone("--dial", target, "--digits", keys) as before:
            await before.tells("answered", within_s=passes_s - time.monotonic())
            await asyncio.sleep(passes_s - time.monotonic())

            async with phone("--dial", target, "--digits", "34") as after:
                await after.tells("hung_up", within_s=30)
            await before.tells("hung_up", within_s=60)
    finally:
        await telefoon.end()

    assert [each.form["Digits"] for each in shop.asked if each.path == "/keys"] == ["34", "12"]
