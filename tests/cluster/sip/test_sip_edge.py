"""Our SIP proxy (deploy/kamailio) towards the outside: strangers, floods, carriers, TLS, hidden nodes."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from tests.cluster.sip.conftest import Cluster, OpenCluster, answered, caller_of
from tests.peers.certificates import LOCAL, Pems, make_pems
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.scenario import answers, pause, receives, scenario, sdp
from tests.peers.sip_balancer import INSIDE, KNOWN
from tests.peers.sip_message import SipMessage
from tests.peers.sipp import sipp
from tests.peers.tls_caller import tls_caller
from tests.peers.tls_front import tls_before
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

STRANGER: Final = "127.0.0.3"
QUIET_S: Final = 0.8


async def test_who_is_in_no_list_is_answered_nothing(open_cluster: OpenCluster) -> None:
    async with open_cluster(nodes=1) as cluster, caller_of(cluster, STRANGER) as stranger:
        for method in ("INVITE", "OPTIONS", "REGISTER", "FOO"):
            stranger.request(method, body=audio() if method == "INVITE" else "")
        await asyncio.sleep(QUIET_S)

        assert stranger.seen == []
        assert await cluster.calls() == [0]


async def test_nothing_is_read_of_a_flooder_while_others_call(open_cluster: OpenCluster) -> None:
    async with (
        open_cluster(nodes=1, defines=["WITH_STRANGERS"]) as cluster,
        caller_of(cluster, STRANGER) as flooder,
        caller_of(cluster) as other,
    ):
        await answered(flooder)
        for _ in range(200):
            flooder.request("OPTIONS")
        await asyncio.sleep(QUIET_S)
        seen = len(flooder.seen)
        flooder.request("BYE")
        await asyncio.sleep(QUIET_S)

        assert seen < 100
        assert len(flooder.seen) == seen
        assert f"nothing of {STRANGER} is read" in cluster.proxy.log
        await answered(other)


async def test_who_is_banned_is_answered_nothing(open_cluster: OpenCluster) -> None:
    banned = (*KNOWN, f"1 {STRANGER} 32 0", f"2 {STRANGER} 32 0")
    async with open_cluster(nodes=1, sources=banned) as cluster, caller_of(cluster, STRANGER) as caller:
        caller.request("INVITE", body=audio())
        await asyncio.sleep(QUIET_S)

        assert caller.seen == []


async def test_a_nodes_public_address_is_that_of_media_alone(open_cluster: OpenCluster) -> None:
    async with (
        open_cluster(nodes=1, settings={"PUBLIC_ADDRESS": "192.0.2.50"}) as cluster,
        caller_of(cluster) as caller,
    ):
        await answered(caller)

        media = (await caller.gets(200)).sdp
        assert "127.0.2.1" in caller.remote_target
        assert media is not None
        assert media.address == "192.0.2.50"
        assert (await caller.asks("BYE")).code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", STRANGER])
async def test_nobody_outside_has_the_proxy_send_to_others_than_nodes(open_cluster: OpenCluster, host: str) -> None:
    async with open_cluster(nodes=1) as cluster, caller_of(cluster, host) as caller, raw_caller(0) as victim:
        caller.to_tag, caller.remote_target = "made-up", f"sip:victim@127.0.0.1:{victim.port}"
        for route in ((f"<sip:127.0.0.1:{cluster.proxy.port};lr>",), ()):
            caller.route = route
            for method in ("BYE", "INVITE", "ACK", "MESSAGE"):
                caller.request(method)
        caller.to_tag = ""
        for method in ("INVITE", "OPTIONS", "MESSAGE"):
            caller.request(method, f"Route: <sip:127.0.0.1:{cluster.proxy.port};lr>")
        await asyncio.sleep(QUIET_S)

        assert victim.seen == []


async def test_nobody_outside_tells_the_nodes_who_sends(open_cluster: OpenCluster) -> None:
    settings = {"SIP_ALLOW": "192.0.2.0/24"}
    async with open_cluster(nodes=1, settings=settings) as cluster, caller_of(cluster) as caller:
        answer = await caller.asks("INVITE", "X-Telefoon-Source: udp:192.0.2.7:5060", body=audio())

        assert answer.code == 403
        assert await cluster.calls() == [0]


async def test_nobody_outside_sees_a_nodes_address_where_that_is_hidden(
    open_cluster: OpenCluster, ports: Ports
) -> None:
    phone = scenario(receives("INVITE"), answers_by_route(), receives("ACK"), receives("BYE"), answers(200, "OK"))
    outside = {"SIP_PROXY_ADDRESS": "sip.example"}
    async with (
        open_cluster(nodes=1, settings=outside, defines=["WITH_TOPOLOGY_HIDING"]) as cluster,
        caller_of(cluster) as caller,
        sipp(phone, ports, keys={"ear": 40000}) as carrier,
    ):
        await carried_by(cluster, carrier.port)
        await answered(caller)
        placed = await cluster.nodes[0].place("+3225550199")
        await cluster.nodes[0].call_when(placed["id"], "in-progress")
        await cluster.nodes[0].delete(f"calls/{placed['id']}")
        await carrier.finishes()
        assert (await caller.asks("INVITE", body=audio(40002))).code == 200
        assert (await caller.asks("BYE")).code == 200

        told = [*caller.seen, *(each for each in carrier.messages if not each.sent)]
        assert [each for each in told if tells_of_a_node(each)] == []
        assert "@sip.example>" in (await carrier.gets("INVITE")).header("from")
        await cluster.has_calls(0)


async def test_a_node_calls_a_carrier_through_the_proxy_and_hangs_up(open_cluster: OpenCluster, ports: Ports) -> None:
    script = scenario(receives("INVITE"), answers_by_route(), receives("ACK"), receives("BYE"), answers(200, "OK"))
    async with open_cluster(nodes=1) as cluster, sipp(script, ports, keys={"ear": 40000}) as carrier:
        [node] = cluster.nodes
        await carried_by(cluster, carrier.port)
        placed = await node.place("+3225550199")
        await node.call_when(placed["id"], "in-progress")
        await node.delete(f"calls/{placed['id']}")
        await carrier.finishes()

        invite, bye = await carrier.gets("INVITE"), await carrier.gets("BYE")
        assert invite.request_uri == f"sip:+3225550199@127.0.0.1:{carrier.port}"
        for each in (invite, bye):
            assert each.header("via").startswith(f"SIP/2.0/UDP 127.0.0.1:{cluster.proxy.port};")


async def test_a_carrier_that_was_called_through_the_proxy_hangs_up(open_cluster: OpenCluster, ports: Ports) -> None:
    async with open_cluster(nodes=1) as cluster, sipp(hangs_up(), ports, keys={"ear": 40000}) as carrier:
        await carried_by(cluster, carrier.port)
        placed = await cluster.nodes[0].place("+3225550199")

        assert (await cluster.nodes[0].ended_call(placed["id"]))["status"] == "completed"
        await carrier.finishes()


async def test_a_carrier_is_called_over_tls_by_a_node_that_speaks_udp_to_the_proxy(
    open_cluster: OpenCluster, ports: Ports, pems: Pems
) -> None:
    port = ports.one()
    contact = f"[local_ip]:{port};transport=tls"
    phone = scenario(receives("INVITE"), answers_by_route(), receives("ACK"), receives("BYE"), answers(200, "OK"))
    over_tls = phone.replace("[local_ip]:[local_port];transport=[transport]", contact)
    async with (
        open_cluster(nodes=1, pems=pems) as cluster,
        sipp(over_tls, ports, transport="t1", keys={"ear": 40000}) as carrier,
        tls_before(pems, port, carrier.port),
    ):
        [node] = cluster.nodes
        await carried_by(cluster, port, "--set", "uri_parameters=transport=tls")
        placed = await node.place("+3225550199")
        await node.call_when(placed["id"], "in-progress")
        await node.delete(f"calls/{placed['id']}")
        await carrier.finishes()

        assert (await carrier.gets("INVITE")).header("via").startswith("SIP/2.0/TLS 127.0.0.1:")
        assert (await carrier.gets("BYE")).header("via").startswith("SIP/2.0/TLS 127.0.0.1:")


async def test_a_carrier_calls_over_tls(open_cluster: OpenCluster, pems: Pems) -> None:
    async with (
        open_cluster(nodes=1, pems=pems) as cluster,
        tls_caller(cluster.proxy.tls_port) as carrier,
    ):
        carrier.raw.routed = True
        assert (await carrier.asks("INVITE", body=audio())).code == 200
        await cluster.has_calls(1)

        assert (await carrier.asks("BYE")).code == 200
        await cluster.has_calls(0)


async def test_the_proxy_speaks_to_a_node_over_tls(open_cluster: OpenCluster, pems: Pems) -> None:
    # All on one address, for over TCP the kernel says from which it is spoken.
    settings = {
        "SIP_HOST": HOST, "SIP_PROXIES": HOST, "SIP_TRANSPORTS": "udp,tls",
        "TLS_CERT": str(pems.certificate), "TLS_KEY": str(pems.key),
    }  # fmt: skip
    inside = {"defines": ["WITH_TLS_INSIDE"], "values": [("INSIDE_IP", HOST)]}
    opening = open_cluster(nodes=1, settings=settings, tls=True, pems=pems, **inside)
    async with opening as cluster, caller_of(cluster) as caller:
        await answered(caller)
        await cluster.has_calls(1)
        assert "transport=TLS" in caller.remote_target

        assert (await caller.asks("INVITE", body=audio(40002))).code == 200
        assert (await caller.asks("BYE")).code == 200
        await cluster.has_calls(0)


@pytest.fixture
def pems(tmp_path: Path) -> Pems:
    return make_pems(tmp_path, names=LOCAL)


async def carried_by(cluster: Cluster, port: int, *more: str) -> None:
    """Give the first node a trunk to a carrier on this machine, by way of the proxy, and wait until it is in use."""
    node, proxy = cluster.nodes[0], f"outbound_proxy={INSIDE}:{cluster.proxy.inside_port}"
    added = ("trunks", "add", "carrier", "--host", f"127.0.0.1:{port}", "--set", proxy, *more)
    await asyncio.to_thread(node.telefoon, *added)
    await eventually(lambda: "trunk_in_use" in node.log(), within_s=10, otherwise=node.log)


def answers_by_route() -> str:
    """An answer with the proxies that the INVITE came by."""
    return answers(200, "OK", sdp(), headers=["[last_Record-Route:]"], to_tag=True)


def tells_of_a_node(message: SipMessage) -> bool:
    return any("127.0.2." in value for _, value in message.headers)


def hangs_up() -> str:
    """A far end that answers, and ends the call by the proxies that the INVITE came by."""
    bye = (
        '<send retrans="500"><![CDATA[\nBYE [next_url] SIP/2.0\n'
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[routes]\n"
        "From: [$2];tag=far-[call_number]\nTo: [$1]\nCall-ID: [call_id]\nCSeq: 2 BYE\nMax-Forwards: 70\n"
        "Content-Length: 0\n\n]]></send>\n"
    )
    invite = (
        '<recv request="INVITE" rrs="true"><action>'
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/>'
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="2"/></action></recv>\n'
    )
    return scenario(invite, answers_by_route(), receives("ACK"), pause(0.5), bye, receives(200))
