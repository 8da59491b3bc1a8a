"""Objects of the library live and die on its thread, whenever Python collects."""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.model.trunk import new_trunk
from engine.ports import Answered, Ear
from sip.leg import SipLeg
from sip.trunks.account import SipAccount
from tests.peers.ports import Ports
from tests.peers.scenario import acks, asks, calls, pause, receives, scenario, sdp
from tests.peers.sipp import sipp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, OpenLine

pytestmark = pytest.mark.sip


@pytest.fixture
def frozen_past() -> Iterator[None]:
    """What lives already is left out of collections, so that 2,500 of them take seconds."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen_past")
async def test_the_collector_may_run_at_every_step_of_500_calls(line: Line, ports: Ports, prompt: Path) -> None:
    """pjproject issues 3856, 3125 and 4039: an object that dies on the wrong thread takes the process with it."""
    total = 500
    ended = 0

    async def live(leg: SipLeg) -> None:
        nonlocal ended
        gc.collect()
        events = leg.events()
        await leg.ring()
        gc.collect()
        await leg.answer()
        async for event in events:
            gc.collect()
            if isinstance(event, Answered):
                player = await line.agent.bridge.play(prompt, to=[Ear(leg.id)])
                gc.collect()
                del player
        ended += 1

    script = scenario(
        calls(sdp(port="9")), receives(100, optional=True), receives(180, optional=True), receives(200), acks(),
        pause(0.2), asks("BYE", 2), receives(200),
    )  # fmt: skip
    async with sipp(script, ports, target=line.port, calls=total, per_second=25) as far_end:
        async with asyncio.TaskGroup() as group:
            for _ in range(total):
                leg, _ = await line.takes()
                group.create_task(live(leg))
        await far_end.finishes(within_s=60)
    assert ended == total


@pytest.mark.usefixtures("frozen_past")
async def test_the_accounts_of_a_trunk_that_is_gone_do_not_wait_for_the_collector(open_line: OpenLine) -> None:
    """One that does is deleted when the library has given its number to another trunk's."""
    given = {"hosts": ["127.0.0.1:9", "127.0.0.1:19"], "auth": "register", "user": "u", "password": "p"}
    async with open_line(too="::1") as line:
        await line.agent.use_trunks([new_trunk({"name": "carrier", "register_at": "each", **given})])
        gc.disable()
        try:
            await line.agent.use_trunks([])
            await eventually(lambda: _accounts() == [], within_s=5, otherwise=lambda: f"{_accounts()} are gone")
        finally:
            gc.enable()


def _accounts() -> list[str]:
    """The trunks of which there are accounts."""
    return [each.trunk.name for each in gc.get_objects() if isinstance(each, SipAccount) and each.trunk is not None]
