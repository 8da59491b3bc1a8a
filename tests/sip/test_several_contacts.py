"""A subscriber with several telephones at one registrar, which is Kamailio: ours is one of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.model.trunk import Trunk
from tests.peers.kamailio import PASSWORD, SUBSCRIBER, Kamailio, kamailio
from tests.peers.ports import Ports
from tests.peers.telephone import Telephone, telephone
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, subscriber_of

pytestmark = pytest.mark.sip


@pytest.fixture
async def carrier(tmp_path: Path, ports: Ports) -> AsyncIterator[Kamailio]:
    async with kamailio(tmp_path, ports) as running:
        yield running


@pytest.fixture
async def other(carrier: Kamailio) -> AsyncIterator[Telephone]:
    """Another telephone of the subscriber."""
    async with telephone(carrier.port, SUBSCRIBER, PASSWORD) as opened:
        yield opened


def subscriber(carrier: Kamailio, expires_s: int) -> Trunk:
    return subscriber_of(carrier.port, user=SUBSCRIBER, password=PASSWORD, expires_s=expires_s)


async def lasts_s(line: Line) -> float:
    """For how many seconds the registrar has given us the registration."""
    async with within(10):
        while not (stand := (await line.agent.registrations())["default"]).active:
            await asyncio.sleep(0.05)
    assert stand.until is not None
    assert stand.at is not None
    return (stand.until - stand.at).total_seconds()


@pytest.mark.parametrize(("ours_s", "others_s"), [(60, 240), (240, 60)])
async def test_the_time_of_our_own_contact_counts_beside_that_of_another_telephone(
    open_line: OpenLine, carrier: Kamailio, other: Telephone, ours_s: int, others_s: int
) -> None:
    await other.register(others_s)

    async with open_line(trunk=subscriber(carrier, ours_s)) as line:
        lasted_s = await lasts_s(line)
        told = await other.contacts()

    assert lasted_s == ours_s
    assert len(told) == 2
    assert told[other.contact] == pytest.approx(others_s, abs=10)


async def test_neither_our_start_nor_a_change_nor_our_end_takes_away_another_telephone(
    open_line: OpenLine, carrier: Kamailio, other: Telephone
) -> None:
    await other.register(240)
    trunk = subscriber(carrier, 60)

    async with open_line(trunk=trunk) as line:
        await lasts_s(line)
        at_first = await other.contacts()
        await line.agent.use_trunks([subscriber(carrier, 120)])
        async with within(10):
            while await lasts_s(line) != 120:
                await asyncio.sleep(0.05)
        changed = await other.contacts()
    async with within(5):
        while len(left := await other.contacts()) > 1:
            await asyncio.sleep(0.1)

    ours = (at_first.keys() - {other.contact}).pop()
    assert changed.keys() == at_first.keys()
    assert changed[ours] > 60
    assert list(left) == [other.contact]
