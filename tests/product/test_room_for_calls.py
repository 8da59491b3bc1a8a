"""A node without ports of RTP, or files, for another call refuses it by SIP and REST, until a call has ended."""

import asyncio
import json
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.peers.audio import longest_gap
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.scenario import acks, acks_refusal, asks, calls, receives, scenario, sdp
from tests.peers.sipp import sipp
from tests.running.pace import patience

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
STAYS = '<Response><Pause length="60"/></Response>'
DIALS = f'<Response><Dial timeout="10">{CALLEE}</Dial></Response>'
ECHOES = "<Response><Echo/></Response>"
TURNED_AWAY = scenario(calls(sdp(port="9")), receives(503), acks_refusal())
TAKEN = scenario(
    calls(sdp(port="9")), receives(100, optional=True), receives(180, optional=True),
    receives(200, keeps_route=True), acks(), asks("BYE", 2), receives(200),
)  # fmt: skip
LONGEST_GAP_S = 0.3


def few(ports: Ports, pairs: int) -> dict[str, str]:
    """Settings with so many pairs of ports for RTP."""
    first = ports.block(2 * pairs)
    return {"RTP_PORTS": f"{first}-{first + 2 * pairs - 1}"}


async def refused_by_rest(telefoon: Platform) -> tuple[int, str | None]:
    """Status and Retry-After of a call."""
    async with telefoon.client.post("calls", json={"from": NUMBER, "to": CALLEE, "flow": STAYS}) as response:
        return response.status, response.headers.get("Retry-After")


async def test_without_ports_calls_are_refused_those_in_progress_are_heard_and_the_next_one_is_taken(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHOES
    async with platform(tmp_path, ports, few(ports, 3), number={"--url": shop.url("/start")}) as telefoon:
        async with calling(telefoon, ports, 700, 1100, 1500) as callers:
            for each in callers:
                await each.ear.hears_in_all(each.hz, seconds=0.5, within_s=20)
            since_s = [each.ear.now_s for each in callers]

            async with sipp(TURNED_AWAY, ports, target=telefoon.sip_port, service=NUMBER, calls=20) as others:
                await others.finishes(within_s=30)
                refusal = others.received("503 INVITE")[0]
            by_rest = await refused_by_rest(telefoon)
            told = await telefoon.check_when(
                "calls", "This node has no room for another call (all 3 pairs of RTP ports"
            )

            for each, since in zip(callers, since_s, strict=True):
                await each.ear.hears_in_all(each.hz, seconds=1, since_s=since, within_s=20)
                assert longest_gap(each.ear.heard(since), each.hz).seconds < patience(LONGEST_GAP_S)
            known = (await telefoon.get("calls"))["total"]
            lines = telefoon.log()
            for each in callers:
                await telefoon.delete(f"calls/{each.call_id}")
                await telefoon.ended_call(each.call_id)

        async with sipp(TAKEN, ports, target=telefoon.sip_port, service=NUMBER) as later:
            await later.finishes(within_s=30)
        await telefoon.check_when("calls", "3 of 3 pairs of RTP ports")

    assert refusal.header("retry-after") == "1"
    assert by_rest == (503, "1")
    assert not told["ok"]
    assert known == 3, "nothing is stored of whom is refused"
    assert "pairs of RTP ports" in lines


async def test_ports_that_another_program_holds_are_told_and_calls_are_to_be_tried_again(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHOES
    settings = few(ports, 3)
    first = int(settings["RTP_PORTS"].partition("-")[0])
    async with platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon:
        with ExitStack() as another_program:
            for port in range(first, first + 6, 2):
                held = another_program.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                held.bind(("127.0.0.1", port))
            await telefoon.check_when("calls", "This node has no room for another call (all 3 pairs of RTP ports")
            async with sipp(TURNED_AWAY, ports, target=telefoon.sip_port, service=NUMBER, calls=5) as others:
                await others.finishes(within_s=30)
                refusal = others.received("503 INVITE")[0]
            by_rest = await refused_by_rest(telefoon)
            await asyncio.sleep(5)
            log = telefoon.log()
        await telefoon.check_when("calls", "3 of 3 pairs of RTP ports")
        async with sipp(TAKEN, ports, target=telefoon.sip_port, service=NUMBER) as later:
            await later.finishes(within_s=30)

    assert refusal.header("retry-after") == "1"
    assert by_rest == (503, "1")
    assert log.count("rtp_ports_held_by_others") == 1


async def test_a_flow_that_dials_where_no_port_is_left_is_told_why_and_goes_on(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, platform(tmp_path, ports, few(ports, 1)) as telefoon:
        trunk = ("--host", f"127.0.0.1:{far_end.port}")
        await asyncio.to_thread(telefoon.telefoon, "trunks", "add", "only", *trunk)
        await asyncio.sleep(2)

        parent = await telefoon.place(CALLEE, flow=DIALS)
        child = await telefoon.ended_call((await telefoon.newest_call(parent_id=parent["id"]))["id"])
        ended = await telefoon.ended_call(parent["id"])

    assert child["status"] == "failed"
    assert "all 1 pairs of RTP ports" in json.dumps(child)
    assert ended["status"] == "completed"


async def test_where_few_files_may_be_open_calls_are_refused_before_these_run_out(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ECHOES
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}, open_files=256) as telefoon:
        room = await telefoon.check_when("calls", "11 of 11 calls that the limit of open files")
        async with calling(telefoon, ports, 700, 1500) as callers:
            for each in callers:
                await each.ear.hears_in_all(each.hz, seconds=0.5, within_s=20)
            since_s = [each.ear.now_s for each in callers]
            async with sipp(
                holding(), ports, target=telefoon.sip_port, service=NUMBER, calls=40, per_second=20
            ) as many:
                await many.finishes(within_s=60)
                taken, told = len(many.received("200 INVITE")), many.received("503 INVITE")
            for each, since in zip(callers, since_s, strict=True):
                await each.ear.hears_in_all(each.hz, seconds=1, since_s=each.ear.now_s, within_s=20)
                assert longest_gap(each.ear.heard(since), each.hz).seconds < patience(LONGEST_GAP_S)
            known = (await telefoon.get("calls"))["total"]
            for each in callers:
                await telefoon.delete(f"calls/{each.call_id}")
                await telefoon.ended_call(each.call_id)
        await telefoon.check_when("calls", "11 of 11 calls")
        async with sipp(TAKEN, ports, target=telefoon.sip_port, service=NUMBER, calls=5, per_second=1) as later:
            await later.finishes(within_s=30)
        log = telefoon.log()

    assert room["ok"]
    assert (taken + len(told), len(told) > 0) == (40, True), "more came than there are files for"
    assert all(each.header("retry-after") == "1" for each in told)
    assert known == 2 + taken
    assert "Too many open files" not in log


def holding(seconds: int = 2) -> str:
    """Callers who stay for so long where they are taken, and go where they are refused."""
    refused = receives(503, optional=True).replace("/>", ' next="refused"/>')
    return scenario(
        calls(sdp(port="9")), receives(100, optional=True), receives(180, optional=True), refused,
        receives(200, keeps_route=True), acks(), f'<pause milliseconds="{1000 * seconds}"/>\n', asks("BYE", 2),
        receives(200).replace("/>", ' next="end"/>'),
        '<label id="refused"/>\n', acks_refusal(), '<label id="end"/>\n',
    )  # fmt: skip
