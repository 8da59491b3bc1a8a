"""A trunk that registers at each of its hosts: two Kamailios that know nothing of each other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered
from sip.trunks.account import Registration
from tests.peers.ear import RtpEar
from tests.peers.kamailio import PASSWORD, SUBSCRIBER, Kamailio, kamailio
from tests.peers.ports import Ports
from tests.peers.scenario import acks, answers, calls, receives, scenario, sdp
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import sipp
from tests.peers.telephone import telephone
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

OURS = f"sip:{SUBSCRIBER}@127.0.0.1"


@pytest.fixture
async def carriers(tmp_path: Path, ports: Ports) -> AsyncIterator[Sequence[Kamailio]]:
    async with AsyncExitStack() as running:
        opened = []
        for name in ("one", "other"):
            (folder := tmp_path / name).mkdir()
            opened.append(await running.enter_async_context(kamailio(folder, ports)))
        yield opened


def subscriber(*registrars: int, **fields: Any) -> Trunk:
    hosts = [f"127.0.0.1:{each}" for each in registrars]
    given = {"name": "carrier", "hosts": hosts, "auth": "register", "user": SUBSCRIBER, "password": PASSWORD}
    return new_trunk({**given, "register_at": "each", **fields})


async def stands(line: Line, code: int) -> Registration:
    async with within(10):
        while (stand := (await line.agent.registrations())["carrier"]).code != code:
            await asyncio.sleep(0.05)
    return stand


async def contacts(carrier: Kamailio) -> list[str]:
    async with telephone(carrier.port, SUBSCRIBER, PASSWORD) as asking:
        return list(await asking.contacts())


async def test_each_host_is_told_where_we_are_and_that_we_go(open_line: OpenLine, carriers: Sequence[Kamailio]) -> None:
    async with open_line(trunk=subscriber(*(each.port for each in carriers))) as line:
        stand = await stands(line, 200)
        there = [await contacts(each) for each in carriers]
    async with within(5):
        while any([await contacts(each) for each in carriers]):
            await asyncio.sleep(0.1)

    assert (stand.active, stand.reason) == (True, "OK")
    assert [[each.startswith(f"{OURS}:{line.port}") for each in found] for found in there] == [[True], [True]]


async def test_a_host_that_is_taken_away_is_told_that_we_go_and_the_other_keeps_us(
    open_line: OpenLine, carriers: Sequence[Kamailio]
) -> None:
    one, other = (each.port for each in carriers)
    async with open_line(trunk=subscriber(one, other)) as line:
        await stands(line, 200)

        await line.agent.use_trunks([subscriber(one)])
        async with within(5):
            while await contacts(carriers[1]):
                await asyncio.sleep(0.1)

        assert len(await contacts(carriers[0])) == 1


async def test_calls_come_in_from_each_host(
    open_line: OpenLine, ports: Ports, ear: RtpEar, carriers: Sequence[Kamailio]
) -> None:
    script = scenario(
        calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200, keeps_route=True),
        acks(routed=True), receives("BYE"), answers(200, "OK"),
    )  # fmt: skip
    came = []
    async with open_line(trunk=subscriber(*(each.port for each in carriers))) as line:
        await stands(line, 200)
        for carrier in carriers:
            far_end = sipp(script, ports, port=carrier.phone_port, target=carrier.port, keys={"ear": ear.port})
            async with far_end as phone:
                leg, arrival = await line.takes()
                call = Watch(leg).start()
                await leg.answer()
                await call.sees(Answered)
                await leg.hang_up()
                await call.ends()
                await phone.finishes()
            came.append((arrival.trunk, arrival.source))

    assert came == [("carrier", f"127.0.0.1:{each.port}") for each in carriers]


async def test_a_host_that_refuses_is_named_while_calls_come_in_from_the_other(
    open_line: OpenLine, carriers: Sequence[Kamailio]
) -> None:
    async with (
        sip_answerer(lambda _: "403 Forbidden") as refusing,
        open_line(trunk=subscriber(carriers[0].port, refusing.port)) as line,
    ):
        stand = await stands(line, 403)
        (reachability,) = (await line.agent.reachability()).values()

    where = f"at 127.0.0.1:{refusing.port}"
    assert (stand.active, stand.reason) == (True, f"Forbidden {where}")
    assert stand.until is not None
    assert ("registration_failed", f"403 Forbidden {where}") in [
        (each.kind, each.detail) for each in reachability.events
    ]


async def test_without_that_the_first_host_alone_is_told(open_line: OpenLine, carriers: Sequence[Kamailio]) -> None:
    async with open_line(trunk=subscriber(*(each.port for each in carriers), register_at="first")) as line:
        await stands(line, 200)
        await asyncio.sleep(0.5)
        found = [await contacts(each) for each in carriers]

    assert [len(each) for each in found] == [1, 0]
