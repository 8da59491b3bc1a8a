"""Limits of requests as a running node has them of its settings."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.platform import BASE_PATH, Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

UNKNOWN = "SK" + "a" * 40


async def status_and_wait(telefoon: Platform, key: str) -> tuple[int, int]:
    """Of a list of calls: the status, and for how many seconds a client is to wait."""
    url = f"{telefoon.address}{BASE_PATH}/calls"
    async with telefoon.client.get(url, headers={"X-API-Key": key}) as response:
        return response.status, int(response.headers.get("Retry-After", "0"))


async def test_a_key_that_asks_too_much_waits_and_a_guesser_of_keys_too(tmp_path: Path, ports: Ports) -> None:
    settings = {"API_RATE_PER_KEY": "2", "API_WRONG_KEYS": "2"}
    async with platform(tmp_path, ports, settings) as telefoon:
        answers = [await status_and_wait(telefoon, telefoon.key) for _ in range(25)]
        refused = [wait_s for status, wait_s in answers if status == 429]
        await asyncio.sleep(refused[-1])
        after_the_wait, _ = await status_and_wait(telefoon, telefoon.key)
        guesses = [await status_and_wait(telefoon, UNKNOWN) for _ in range(12)]

    assert {status for status, _ in answers} == {200, 429}
    assert set(refused) == {1}
    assert after_the_wait == 200
    assert guesses[:3] == [(401, 0)] * 3
    assert {status for status, _ in guesses} == {401, 429}
