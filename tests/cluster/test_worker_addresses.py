"""Workers on both IP versions: phones and carriers over IPv4 and over IPv6 reach each of them, and hear each other."""

import asyncio
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from tests.peers.audio import tone
from tests.peers.callers import all_hear_all_others, calling, has
from tests.peers.certificates import make_pems
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.phone import phone
from tests.peers.platform import NUMBER
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio
from tests.peers.scenario import answers, gets_bye, receives, scenario, sdp
from tests.peers.sipp import sipp
from tests.peers.tls_caller import tls_caller
from tests.peers.waiting import eventually
from tests.peers.workers import STAYS, listed, workers

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

IPV4, IPV6 = "127.0.0.1", "::1"
HALL = '<Response><Dial><Conference beep="false">hall</Conference></Dial></Response>'
BOTH = {"SIP_HOST": f"{IPV4}, {IPV6}", "SIP_ALLOW": f"127.0.0.0/8, {IPV6}"}
INSIDE = 2
"""The proxy's port for workers, after that for others."""


async def test_callers_over_ipv4_and_over_ipv6_are_spread_over_the_workers_and_meet_in_one_room(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with (
        workers(tmp_path, ports, database, shop, settings=BOTH, flow=HALL) as made,
        calling(made, ports, 400, 620, proxy=IPV4) as four,
        calling(made, ports, 860, 1080, host=IPV6, proxy=IPV6) as six,
    ):
        await has(made, "hall", 4, within_s=20)

        await all_hear_all_others(*four, *six)

        assert [each.node_address for each in (*four, *six)] == [IPV4] * 2 + [IPV6] * 2
        assert [each["calls"] for each in listed(made).values()] == [2, 2]
        calls = (await made.get("calls"))["calls"]
        for each in calls:
            await made.delete(f"calls/{each['id']}")
        for each in (*four, *six):
            await each.far_end.gets("BYE")


@pytest.mark.parametrize("by_proxy", [True, False])
async def test_a_carrier_over_ipv6_is_called_and_both_hear_each_other(
    tmp_path: Path, ports: Ports, shop: Customer, database: str, by_proxy: bool
) -> None:
    final = answers(200, "OK", sdp(address=IPV6), headers=["[last_Record-Route:]"] * by_proxy, to_tag=True)
    script = scenario(receives("INVITE"), final, receives("ACK"), gets_bye())
    with RtpEar(host=IPV6) as ear:
        async with (
            workers(tmp_path, ports, database, shop, settings=BOTH) as made,
            sipp(script, ports, host=IPV6, keys={"ear": ear.port}) as carrier,
        ):
            proxy = ["--set", f"outbound_proxy=[{IPV6}]:{made.sip_port + INSIDE}"] * by_proxy
            added = ("trunks", "add", "carrier", "--host", f"[{IPV6}]:{carrier.port}", *proxy)
            await asyncio.to_thread(made.telefoon, *added)
            await eventually(lambda: made.log().count("trunk_in_use") == 2, within_s=20, otherwise=made.log)

            call = await made.place("+3225550199", flow=STAYS)
            await made.call_when(call["id"], "in-progress")
            ear.follow((await carrier.gets("INVITE")).sdp)
            ear.say(tone(440, 2), for_ever=True)
            await ear.hears(440, within_s=10, seconds=1)
            await made.delete(f"calls/{call['id']}")
            await carrier.finishes()

            invite = await carrier.gets("INVITE")
    senders = [made.sip_port] if by_proxy else [made.sip_port + 4, made.sip_port + 6]
    assert invite.header("via").partition(";")[0] in {f"SIP/2.0/UDP [{IPV6}]:{port}" for port in senders}


async def test_a_carrier_calls_over_tls_and_ipv6(tmp_path: Path, ports: Ports, shop: Customer, database: str) -> None:
    pems = make_pems(tmp_path / "pems", names=[x509.IPAddress(ip_address(each)) for each in (IPV4, IPV6)])
    async with (
        workers(tmp_path, ports, database, shop, pems, BOTH) as made,
        tls_caller(made.sip_port + 1, host=IPV6) as carrier,
    ):
        carrier.raw.routed = True
        answer = await carrier.asks("INVITE", body=audio().replace("IP4 127.0.0.1", f"IP6 {IPV6}"))
        call = await made.newest_call(status="in-progress")
        assert (await carrier.asks("BYE")).code == 200
        ended = await made.ended_call(call["id"])

    assert answer.code == 200
    assert answer.sdp is not None
    assert answer.sdp.address == IPV6
    assert ended["status"] == "completed"


async def test_a_machine_of_ipv6_alone_has_workers_too(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    alone = {"SIP_HOST": IPV6, "SIP_ALLOW": IPV6}
    async with workers(tmp_path, ports, database, shop, settings=alone) as made:
        target = f"sip:{NUMBER}@[{IPV6}]:{made.sip_port}"
        async with phone("--host", IPV6, "--dial", target) as one, phone("--host", IPV6, "--dial", target) as other:
            for each in (one, other):
                await each.tells("answered", within_s=30)
            await eventually(
                lambda: [each["calls"] for each in listed(made).values()] == [1, 1],
                within_s=20,
                otherwise=lambda: str(listed(made)),
            )


async def test_rooms_of_workers_are_linked_over_tls_where_the_settings_say_so(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    pems = make_pems(tmp_path / "pems")
    secured = {"TLS_CA": str(pems.ca), "NODE_LINKS": "tls"}
    async with (
        workers(tmp_path, ports, database, shop, pems, secured, flow=HALL) as made,
        calling(made, ports, 400, 620, proxy=IPV4) as callers,
    ):
        await has(made, "hall", 2, within_s=20)

        await all_hear_all_others(*callers)

        assert [each["calls"] for each in listed(made).values()] == [1, 1], "each at a worker of its own"
        own = {made.sip_port + 4, made.sip_port + 6}
        assert connected() & {port + 1 for port in own}, "one has dialled the other at its port of TLS"


def connected() -> set[int]:
    """The ports of loopback to which there are connections over TCP."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(line[2].partition(":")[2], 16) for line in lines if line[3] == "01"}
