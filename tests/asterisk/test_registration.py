"""Registration with Asterisk: kept, renewed, given back, refused, and found again after an outage."""

import asyncio
import re
import signal
from pathlib import Path

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.waiting import within


async def expiry(network: Asterisk) -> int:
    """When the subscriber's registration ends, in seconds since 1970; 0 if there is none."""
    found = re.search(r'"expiration_time":"(\d+)"', await network.cli("database show registrar"))
    return int(found[1]) if found else 0


async def later_expiry(network: Asterisk, than: int) -> int:
    """The next one, as soon as the registration has been renewed."""
    async with within(15):
        while (found := await expiry(network)) <= than:
            await asyncio.sleep(0.2)
    return found


@pytest.mark.slow
async def test_a_registration_is_renewed_before_it_ends_and_given_back_at_the_stop(
    tmp_path: Path, ports: Ports, network: Asterisk, subscribed: dict[str, str]
) -> None:
    async with platform(tmp_path, ports, subscribed) as telefoon:
        first = await later_expiry(network, 0)
        second = await later_expiry(network, first)
        await later_expiry(network, second)
        told = await telefoon.check_when("trunk", "200")
        assert await telefoon.end(signal.SIGTERM) == 0

    assert told["ok"]
    assert await expiry(network) == 0


@pytest.mark.slow
async def test_a_trunk_that_is_gone_is_told_and_found_again(
    tmp_path: Path, ports: Ports, network: Asterisk, secured: dict[str, str]
) -> None:
    async with platform(tmp_path, ports, secured) as telefoon:
        await telefoon.check_when("trunk", "200")

        await network.end(signal.SIGKILL)
        gone = await telefoon.check_when("trunk", "503")
        await network.start()
        await telefoon.check_when("trunk", "200", within_s=60)

        call = await telefoon.ended_call((await telefoon.place("+3225552001"))["id"])
    assert (gone["ok"], gone["detail"]) == (False, "503 Connection refused")
    assert call["status"] == "busy"


@pytest.mark.slow
async def test_a_wrong_password_is_told_on_readiness_by_the_doctor_and_on_the_call(
    tmp_path: Path, ports: Ports, subscribed: dict[str, str]
) -> None:
    async with platform(tmp_path, ports, {**subscribed, "TRUNK_PASSWORD": "wrong"}) as telefoon:
        told = await telefoon.check_when("trunk", "401")
        call = await telefoon.ended_call((await telefoon.place("+32255510700"))["id"])
        while_it_serves = await telefoon.diagnosis()
        await telefoon.end()
        on_its_own = await telefoon.diagnosis()

    assert not told["ok"]
    assert (call["status"], call["sip_code"]) == ("failed", 401)
    assert call["explanation"][-1]["said"].startswith("401")
    for found in (while_it_serves, on_its_own):
        assert found["Trunk"]["ok"]
        assert "401" in found["Trunk registration"]["detail"]
        assert "TELEFOON_TRUNK_PASSWORD" in found["Trunk registration"]["advice"]
