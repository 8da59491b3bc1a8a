"""Memory for a few calls more and no others: those are refused, who talks is heard, and it is well again by itself."""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.sipp import sipp
from tests.product.test_room_for_calls import TAKEN, few, holding

pytestmark = [pytest.mark.sip, pytest.mark.costly("more calls than there is memory for")]

ECHOES = "<Response><Echo/></Response>"
FEW: Final = 8
"""Calls that warm the node up."""
MANY: Final = 300
"""Calls in all: of those that there are at once, each takes some 150 KB."""
FULL: Final = "This node has as much to do as it may (memory: "
ROOM_MB: Final = 30.0
"""More than the twentieth by which it has to be less than the most, before calls are taken again."""


def memory_mb(telefoon: Platform) -> float:
    """What the node has in memory now."""
    pages = int(Path(f"/proc/{telefoon.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def begun_with_little_memory(telefoon: Platform, ports: Ports) -> None:
    """Begin again, with room for little more than a few calls have taken."""
    async with sipp(holding(), ports, target=telefoon.sip_port, service=NUMBER, calls=FEW, per_second=20) as first:
        await first.finishes(within_s=60)
    telefoon.environment["TELEFOON_MOST_MEMORY_MB"] = f"{memory_mb(telefoon) + ROOM_MB:.1f}"
    await telefoon.end()
    await telefoon.start()


async def test_more_calls_than_there_is_memory_for_are_refused_until_it_is_free_again(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHOES
    async with platform(tmp_path, ports, few(ports, 250), number={"--url": shop.url("/start")}) as telefoon:
        await begun_with_little_memory(telefoon, ports)
        async with calling(telefoon, ports, 1500) as (talking,):
            before = (await telefoon.get("calls"))["total"]
            async with sipp(
                holding(seconds=25), ports, target=telefoon.sip_port, service=NUMBER, calls=MANY, per_second=20
            ) as many:
                told = await telefoon.check_when("calls", FULL, within_s=60)
                await many.finishes(within_s=90)
                taken, refused = len(many.received("200 INVITE")), len(many.received("503 INVITE"))
            await talking.ear.hears_in_all(1500, seconds=1, since_s=talking.ear.now_s, within_s=20)
            known = (await telefoon.get("calls"))["total"] - before

            await telefoon.check_when("calls", "249 of 250 pairs of RTP ports", within_s=45)
            async with sipp(TAKEN, ports, target=telefoon.sip_port, service=NUMBER) as later:
                await later.finishes(within_s=30)

    assert not told["ok"]
    assert (taken + refused, taken > 0, refused > 0) == (MANY, True, True)
    assert known == taken, "nothing is stored of whom is refused"
