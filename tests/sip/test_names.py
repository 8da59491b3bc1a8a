"""Trunks that are known by name (RFC 3263): real carriers, found by a real name server whose records change."""

import asyncio
import socket
import time
from collections import Counter

import pytest

from engine.errors import SipError
from engine.model.trunk import AddressFamily, Trunk, trunk_at
from engine.ports import Answered, DialRequest, HungUp, TrunkTried
from sip.dns.resolver import DnsResolver
from tests.peers.ear import RtpEar
from tests.peers.name_server import NameServer, name_server
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sip_answerer import SipAnswerer, sip_answerer
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch, subscriber_of

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
NAME = "sip.carrier.example"


def asking(server: NameServer) -> DnsResolver:
    return DnsResolver(AddressFamily.IPV4, servers=[server.address])


def named(name: str = NAME, *, parameters: str = "", **fields: object) -> Trunk:
    return trunk_at(f"sip:{name}{parameters}", "carrier", **fields)


def srv(priority: int, weight: int, port: int, *, ttl_s: int = 60, transport: str = "udp") -> str:
    return f"_sip._{transport}.{NAME} {ttl_s} IN SRV {priority} {weight} {port} a.{NAME}."


HERE = f"a.{NAME} 60 IN A 127.0.0.1"


def refuses(request: str) -> str:
    return "486 Busy Here" if request.startswith("INVITE") else "200 OK\nExpires: 300"


def fails(request: str) -> str:
    return "503 Service Unavailable" if request.startswith("INVITE") else "200 OK"


async def tried(line: Line) -> list[TrunkTried]:
    """The attempts of a call that nobody takes."""
    call = Watch(await line.agent.dial(ASKED)).start()
    await call.ends()
    return [each for each in call.seen if isinstance(each, TrunkTried)]


def invites(carrier: SipAnswerer) -> list[str]:
    return [each for each in carrier.requests if each.startswith("INVITE")]


async def test_servers_are_called_in_the_order_of_their_priority_and_keep_the_domain(open_line: OpenLine) -> None:
    async with (
        sip_answerer(fails) as first,
        sip_answerer(refuses) as second,
        name_server(srv(20, 1, second.port), srv(10, 1, first.port), HERE) as dns,
        open_line(trunk=named(), name_servers=asking(dns)) as line,
    ):
        attempts = await tried(line)

    assert [(each.host, each.sip_code) for each in attempts] == [
        (f"{NAME} (127.0.0.1:{first.port})", 503),
        (f"{NAME} (127.0.0.1:{second.port})", 486),
    ]
    assert invites(second)[0].startswith(f"INVITE sip:+3225550199@{NAME} SIP/2.0\r\n")


async def test_a_dialled_name_whose_servers_may_not_be_reached_is_not_called(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as inside,
        name_server(srv(10, 1, inside.port), HERE, f"{NAME} 60 IN A 192.0.2.1") as dns,
        open_line(name_servers=asking(dns)) as line,
    ):
        request = DialRequest(
            f"sip:desk@{NAME}", "+3225550100", "CA1", reachable=lambda _, address: address != "127.0.0.1"
        )
        with pytest.raises(SipError, match="leads only to addresses that may not be called"):
            await line.agent.dial(request)

    assert invites(inside) == []


async def test_a_call_is_carried_by_the_second_server_where_nobody_listens_at_the_first(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        script = scenario(is_called(), gets_bye())
        async with (
            sipp(script, ports, keys={"ear": ear.port}) as second,
            name_server(srv(10, 1, silent.getsockname()[1]), srv(20, 1, second.port), HERE) as dns,
            open_line(trunk=named(timeout_s=1.0), name_servers=asking(dns)) as line,
        ):
            call = Watch(await line.agent.dial(ASKED)).start()
            await call.sees(Answered)
            await call.leg.hang_up()
            await call.ends()
            await second.finishes()

    attempts = [each for each in call.seen if isinstance(each, TrunkTried)]
    assert [each.sip_code for each in attempts] == [408, 200]
    assert attempts[0].sip_reason == "The trunk did not answer"


async def test_servers_of_one_priority_share_calls_by_weight(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as light,
        sip_answerer(refuses) as heavy,
        name_server(srv(10, 10, light.port), srv(10, 90, heavy.port), HERE) as dns,
        open_line(trunk=named(), name_servers=asking(dns)) as line,
    ):
        for _ in range(120):
            await tried(line)

    calls = Counter({"light": len(invites(light)), "heavy": len(invites(heavy))})
    assert calls.total() == 120
    assert 2 <= calls["light"] <= 30, "one in ten, but for chance"


async def test_calls_move_when_the_records_time_is_over_and_a_running_call_does_not(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    script = scenario(is_called(), gets_bye())
    async with (
        sipp(script, ports, keys={"ear": ear.port}) as old,
        sip_answerer(refuses) as new,
        name_server(srv(10, 1, old.port, ttl_s=2), HERE) as dns,
        open_line(trunk=named(), name_servers=asking(dns)) as line,
    ):
        running = Watch(await line.agent.dial(ASKED)).start()
        await running.sees(Answered)

        dns.zone[0] = srv(10, 1, new.port, ttl_s=2)
        await asyncio.sleep(4)

        (attempt,) = await tried(line)
        assert attempt.host == f"{NAME} (127.0.0.1:{new.port})"
        assert not any(isinstance(each, HungUp) for each in running.seen)
        await running.leg.hang_up()
        await running.ends()
        await old.finishes()
        assert len(old.received("BYE")) == 1


async def test_records_are_not_asked_for_again_before_their_time(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as carrier,
        name_server(srv(10, 1, carrier.port), HERE, f"{NAME} 60 IN TXT x") as dns,
        open_line(trunk=named(), name_servers=asking(dns)) as line,
    ):
        dns.asked.clear()
        for _ in range(3):
            await tried(line)
        await asyncio.sleep(1.5)

    assert not [each for each in dns.asked if "SRV" in each or each.startswith("A ")]


async def test_naptr_leads_to_where_srv_is(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as carrier,
        name_server(
            f'{NAME} 60 IN NAPTR 10 10 "s" "SIP+D2T" "" _sip._tcp.elsewhere.example.',
            f'{NAME} 60 IN NAPTR 20 10 "s" "SIP+D2U" "" _sip._udp.other.example.',
            f"_sip._udp.other.example 60 IN SRV 1 1 {carrier.port} a.{NAME}.",
            HERE,
        ) as dns,
        open_line(trunk=named(), name_servers=asking(dns)) as line,
    ):
        (attempt,) = await tried(line)

    assert (attempt.host, attempt.sip_code) == (f"{NAME} (127.0.0.1:{carrier.port})", 486)


async def test_a_port_needs_no_srv_and_each_address_of_the_name_is_tried(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as carrier,
        name_server(f"{NAME} 60 IN A 127.0.0.1", f"{NAME} 60 IN A 127.0.0.77", srv(1, 1, 9), HERE) as dns,
        open_line(trunk=named(f"{NAME}:{carrier.port}", timeout_s=1.0), name_servers=asking(dns)) as line,
    ):
        hosts = {each.host for _ in range(6) for each in await tried(line)}

    assert hosts <= {f"{NAME}:{carrier.port} ({each}:{carrier.port})" for each in ("127.0.0.1", "127.0.0.77")}
    assert not [each for each in dns.asked if "SRV" in each]
    assert len(invites(carrier)) == 6, "the one that lives carries every call"


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ([], f"{NAME} is not known to DNS (NXDOMAIN)."),
        ([f"{NAME} 60 IN TXT x"], f"{NAME} has no address in DNS."),
        ([f"_sip._udp.{NAME} 60 IN SRV 0 0 0 ."], f"{NAME} says in DNS that it offers no SIP over UDP."),
        ([srv(1, 1, 5060)], f"{NAME} leads in DNS to a.{NAME}, without an address."),
    ],
)
async def test_a_name_that_leads_nowhere_is_told_plainly(open_line: OpenLine, zone: list[str], told: str) -> None:
    async with name_server(*zone) as dns, open_line(trunk=named(), name_servers=asking(dns)) as line:
        with pytest.raises(SipError) as refused:
            await line.agent.dial(ASKED)

    assert str(refused.value) == told


async def test_a_name_that_leads_nowhere_is_an_attempt_and_the_next_host_carries_the_call(open_line: OpenLine) -> None:
    async with sip_answerer(refuses) as carrier, name_server() as dns:
        second = trunk_at(f"sip:127.0.0.1:{carrier.port}", "second", priority=1)
        async with open_line(trunks=[named(), second], name_servers=asking(dns)) as line:
            attempts = await tried(line)

    assert [(each.trunk, each.sip_code, each.q850_cause) for each in attempts] == [
        ("carrier", None, 3),
        ("second", 486, 17),
    ]
    assert "NXDOMAIN" in attempts[0].sip_reason


async def test_a_silent_name_server_holds_up_no_call(open_line: OpenLine) -> None:
    async with sip_answerer(refuses) as carrier, name_server() as dns:
        dns.silent = True
        known = trunk_at(f"sip:127.0.0.1:{carrier.port}", "known")
        async with open_line(trunk=known, name_servers=asking(dns)) as line:
            looking = asyncio.create_task(line.agent.use_trunks([known, named(priority=9)]))
            begun_s = time.monotonic()
            for _ in range(10):
                await tried(line)
            took_s = time.monotonic() - begun_s
            assert not looking.done()
            await looking

            assert took_s < 2
            await line.agent.use_trunks([named()])
            with pytest.raises(SipError, match="no name server answered within 4 s"):
                await line.agent.dial(ASKED)


async def test_what_was_known_is_kept_while_no_name_server_answers(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as carrier,
        name_server(srv(10, 1, carrier.port, ttl_s=1), HERE) as dns,
        open_line(trunk=named(), name_servers=asking(dns)) as line,
    ):
        dns.silent = True
        await asyncio.sleep(6.5)

        (attempt,) = await tried(line)

    assert attempt.sip_code == 486


async def test_registration_goes_on_to_the_registrars_next_server(open_line: OpenLine) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
    async with (
        sip_answerer(lambda _: "503 Service Unavailable") as away,
        sip_answerer(refuses) as second,
        name_server(srv(10, 1, away.port), srv(20, 1, second.port), HERE) as dns,
    ):
        trunk = subscriber_of(closed, "carrier", registrar=NAME, retry_s=60)
        async with open_line(trunk=trunk, name_servers=asking(dns)) as line, within(10):
            while not (await line.agent.registrations())["carrier"].active:
                await asyncio.sleep(0.05)

    assert f"REGISTER sip:{NAME} SIP/2.0" in second.requests[0]
    assert len(away.requests) == 1


async def test_a_dialled_sip_address_is_found_by_name_too(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as far_end,
        name_server(srv(10, 1, far_end.port), HERE) as dns,
        open_line(name_servers=asking(dns)) as line,
    ):
        ended = await Watch(await line.agent.dial(DialRequest(f"sip:desk@{NAME}", "+3225550100", "CA1"))).start().ends()
        with pytest.raises(SipError, match=r"nowhere\.example is not known to DNS"):
            await line.agent.dial(DialRequest("sip:desk@nowhere.example", "+3225550100", "CA1"))

    assert ended.sip_code == 486
    assert invites(far_end)[0].startswith(f"INVITE sip:desk@{NAME} SIP/2.0\r\n")
