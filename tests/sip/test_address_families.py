"""Trunks over IPv4, over IPv6 and over either: what the far end is told and hears, and which one is tried first."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from engine.model.trunk import AddressFamily, Trunk, new_trunk
from engine.ports import Answered, DialRequest, DigitPressed, Ear, MediaChanged, Said, TrunkTried
from sip.dns.resolver import DnsResolver
from tests.peers.audio import hears, tone
from tests.peers.certificates import make_pems, server_context
from tests.peers.ear import RtpEar
from tests.peers.name_server import NameServer, name_server
from tests.peers.ports import Ports
from tests.peers.scenario import (
    acks,
    acks_refusal,
    calls,
    gets_bye,
    is_called,
    pause,
    receives,
    reinvites,
    scenario,
    sdp,
)
from tests.peers.sip_answerer import SipAnswerer, sip_answerer
from tests.peers.sip_message import SipMessage
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

IPV4, IPV6 = "127.0.0.1", "::1"
NAME = "sip.carrier.example"
ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
OVER_IPV6 = sdp(address=IPV6)


@pytest.fixture
def ear6() -> Iterator[RtpEar]:
    """A far end's media over IPv6."""
    with RtpEar(host=IPV6) as opened:
        yield opened


def trunk(host: str, **fields: object) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [host], **fields})


def asking(server: NameServer) -> DnsResolver:
    return DnsResolver(AddressFamily.BOTH, servers=[server.address])


def leads(address: str) -> str:
    return f"{NAME} 60 IN {'AAAA' if ':' in address else 'A'} {address}"


def refuses(request: str) -> str:
    return "486 Busy Here" if request.startswith("INVITE") else "200 OK\nExpires: 300"


def unavailable(_request: str) -> str:
    return "503 Service Unavailable"


def first(carrier: SipAnswerer, method: str) -> SipMessage:
    return SipMessage.read(next(each for each in carrier.requests if each.startswith(method)))


async def tried(line: Line) -> list[TrunkTried]:
    """The attempts of a call that nobody takes."""
    call = Watch(await line.agent.dial(ASKED)).start()
    await call.ends()
    return [each for each in call.seen if isinstance(each, TrunkTried)]


async def registered(line: Line) -> None:
    async with within(15):
        while not (await line.agent.registrations())["carrier"].active:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_trunk_over_ipv6_is_called_from_there_and_both_hear_each_other(
    open_line: OpenLine, ports: Ports, ear6: RtpEar, prompt: Path, transport: str
) -> None:
    script = scenario(is_called(OVER_IPV6), gets_bye())
    wire = "u1" if transport == "udp" else "t1"
    async with (
        sipp(script, ports, host=IPV6, transport=wire, keys={"ear": ear6.port}) as carrier,
        open_line(too=IPV6, trunk=trunk(f"[::1]:{carrier.port}", transport=transport)) as line,
    ):
        call = Watch(await line.agent.dial(ASKED)).start()
        await call.sees(Answered)
        await call.sees(MediaChanged)
        invite = await carrier.gets("INVITE")
        ear6.follow(invite.sdp)
        ear6.press("42")
        player = await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
        await call.leg.press("7")
        await player.finished()
        await call.sees(DigitPressed, times=2)
        await call.leg.hang_up()
        await call.ends()
        await carrier.finishes()

    assert "@[::1]:" in invite.header("contact")
    assert invite.header("via").startswith(f"SIP/2.0/{transport.upper()} [::1]:")
    assert "@[::1]>" in invite.header("from")
    assert invite.sdp is not None
    assert "c=IN IP6 ::1" in invite.sdp.text
    assert hears(ear6.heard(), 440, seconds=3.0)
    assert [each.key for each in ear6.digits] == ["7"]
    assert [each.digit for each in call.seen if isinstance(each, DigitPressed)] == ["4", "2"]


async def test_a_call_comes_in_over_ipv6_and_is_put_on_hold_and_taken_back(
    open_line: OpenLine, ports: Ports, ear6: RtpEar, tmp_path: Path
) -> None:
    music = tone(440, 30).save(tmp_path / "music.wav")
    script = scenario(
        calls(OVER_IPV6), receives(100, optional=True), receives(180, optional=True), receives(200), acks(), pause(1.5),
        reinvites(2, sdp(address=IPV6, direction="sendonly", version=2)), pause(1.5),
        reinvites(3, sdp(address=IPV6, version=3)), gets_bye(),
    )  # fmt: skip
    async with (
        open_line(too=IPV6, trace_calls=4) as line,
        sipp(script, ports, host=IPV6, target=line.port, keys={"ear": ear6.port}) as caller,
    ):
        leg, arrival = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        answer = await caller.gets("200 INVITE")
        ear6.follow(answer.sdp)
        await line.agent.bridge.play(music, to=[Ear(leg.id)])
        await ear6.hears(440, within_s=10, seconds=1)
        held = await call.sees(MediaChanged, times=2)
        back = await call.sees(MediaChanged, times=3)
        await ear6.hears(440, within_s=10, seconds=1, since_s=ear6.now_s)
        await leg.hang_up()
        await call.ends()
        await caller.finishes()
        traced = await line.agent.messages(leg.sip_call_id)

    assert {(each.local, each.remote) for each in traced} == {(f"[::1]:{line.port}", f"[::1]:{caller.port}")}
    assert arrival.source.startswith("[::1]:")
    assert f"[::1]:{line.port}" in answer.header("contact")
    assert answer.sdp is not None
    assert answer.sdp.address == IPV6
    assert (held.sending, back.sending, back.receiving) == (False, True, True)


async def test_sound_passes_between_a_leg_over_ipv4_and_one_over_ipv6(
    open_line: OpenLine, ports: Ports, ear: RtpEar, ear6: RtpEar
) -> None:
    async with (
        sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as four,
        sipp(scenario(is_called(OVER_IPV6), gets_bye()), ports, host=IPV6, keys={"ear": ear6.port}) as six,
        open_line(too=IPV6) as line,
    ):
        legs = []
        for host, far_end, hearing in ((IPV4, four, ear), ("[::1]", six, ear6)):
            uri = f"sip:+3225550199@{host}:{far_end.port}"
            legs.append(call := Watch(await line.agent.dial(DialRequest(uri, "+3225550100", "CA1"))).start())
            await call.sees(MediaChanged)
            hearing.follow((await far_end.gets("INVITE")).sdp)
        one, other = (each.leg.id for each in legs)
        await line.agent.bridge.connect(Said(one), Ear(other))
        await line.agent.bridge.connect(Said(other), Ear(one))

        ear.say(tone(500, 2), for_ever=True)
        ear6.say(tone(900, 2), for_ever=True)

        await ear6.hears(500, within_s=10, seconds=1.5)
        await ear.hears(900, within_s=10, seconds=1.5)
        for each in legs:
            await each.leg.hang_up()
            await each.ends()


async def test_of_a_name_with_both_ipv6_is_called_first_and_ipv4_where_that_does_not_answer(
    open_line: OpenLine, ports: Ports, ear: RtpEar, prompt: Path
) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as silent:
        async with (
            sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as carrier,
            name_server(leads(IPV4), leads(IPV6)) as dns,
        ):
            silent.bind((IPV6, carrier.port))
            by_name = trunk(f"{NAME}:{carrier.port}", timeout_s=1.0)
            async with open_line(too=IPV6, trunk=by_name, name_servers=asking(dns)) as line:
                call = Watch(await line.agent.dial(ASKED)).start()
                await call.sees(Answered)
                invite = await carrier.gets("INVITE")
                ear.follow(invite.sdp)
                player = await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
                await player.finished()
                await call.leg.hang_up()
                await call.ends()
                await carrier.finishes()

    attempts = [each for each in call.seen if isinstance(each, TrunkTried)]
    assert [(each.host, each.sip_code) for each in attempts] == [
        (f"{NAME}:{carrier.port} ([::1]:{carrier.port})", 408),
        (f"{NAME}:{carrier.port} (127.0.0.1:{carrier.port})", 200),
    ]
    assert f"@127.0.0.1:{line.port}" in invite.header("contact")
    assert invite.sdp is not None
    assert invite.sdp.address == IPV4
    assert hears(ear.heard(), 440, seconds=3.0)


async def test_while_ipv6_does_not_answer_the_next_calls_do_not_wait_for_it(open_line: OpenLine) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as silent:
        async with sip_answerer(refuses) as carrier, name_server(leads(IPV4), leads(IPV6)) as dns:
            silent.bind((IPV6, carrier.port))
            by_name = trunk(f"{NAME}:{carrier.port}", timeout_s=1.0)
            async with open_line(too=IPV6, trunk=by_name, name_servers=asking(dns)) as line:
                codes = [[each.sip_code for each in await tried(line)] for _ in range(3)]

    assert codes == [[408, 486], [486], [486]]


@pytest.mark.parametrize(("family", "host", "record"), [("ipv4", IPV4, "A"), ("ipv6", IPV6, "AAAA")])
async def test_a_trunk_of_one_version_is_looked_up_and_called_over_that_alone(
    open_line: OpenLine, family: str, host: str, record: str
) -> None:
    async with sip_answerer(refuses, host=host) as carrier, name_server(leads(IPV4), leads(IPV6)) as dns:
        by_name = trunk(f"{NAME}:{carrier.port}", address_family=family)
        async with open_line(too=IPV6, trunk=by_name, name_servers=asking(dns)) as line:
            (attempt,) = await tried(line)

    assert attempt.sip_code == 486
    assert dns.asked == [f"{record} {NAME}"]
    assert first(carrier, "INVITE").header("contact").count("[::1]") == (family == "ipv6")


async def test_trunks_of_either_version_at_one_name_are_each_called_over_their_own(open_line: OpenLine) -> None:
    async with (
        sip_answerer(refuses) as four,
        sip_answerer(refuses, host=IPV6, port=four.port) as six,
        name_server(leads(IPV4), leads(IPV6)) as dns,
    ):
        trunks = [
            new_trunk({"name": family, "hosts": [f"{NAME}:{four.port}"], "address_family": family, "priority": place})
            for place, family in enumerate(("ipv4", "ipv6"))
        ]
        async with open_line(too=IPV6, trunks=trunks, name_servers=asking(dns)) as line:
            await tried(line)
            await line.agent.use_trunks(trunks[1:])
            await tried(line)

    assert [sum(each.startswith("INVITE") for each in of.requests) for of in (four, six)] == [1, 1]


def subscriber(port: int) -> Trunk:
    return trunk(f"{NAME}:{port}", auth="register", user="me", password="x", retry_s=60)


async def test_a_registration_goes_over_to_ipv4_where_ipv6_does_not_answer_and_says_so_in_contact(
    open_line: OpenLine,
) -> None:
    async with (
        sip_answerer(refuses) as registrar,
        sip_answerer(unavailable, host=IPV6, port=registrar.port) as away,
        name_server(leads(IPV4), leads(IPV6)) as dns,
        open_line(too=IPV6, trunk=subscriber(registrar.port), name_servers=asking(dns)) as line,
    ):
        await registered(line)
        contacts = [first(each, "REGISTER").header("contact") for each in (away, registrar)]

    assert f"@[::1]:{line.port}" in contacts[0]
    assert f"@127.0.0.1:{line.port}" in contacts[1]


async def test_where_neither_version_answers_the_registrar_is_asked_with_pauses(open_line: OpenLine) -> None:
    async with (
        sip_answerer(unavailable) as four,
        sip_answerer(unavailable, host=IPV6, port=four.port) as six,
        name_server(leads(IPV4), leads(IPV6)) as dns,
        open_line(too=IPV6, trunk=subscriber(four.port), name_servers=asking(dns)) as line,
    ):
        await asyncio.sleep(5)
        stand = (await line.agent.registrations())["carrier"]
        asked = [each for of in (six, four) for each in of.requests if each.startswith("REGISTER")]

    assert (stand.active, stand.code) == (False, 503)
    assert len(asked) <= 4, "one each, and what takes back what may have come through"


async def test_a_call_from_the_address_of_the_other_version_is_not_the_trunks(
    open_line: OpenLine, ports: Ports
) -> None:
    script = scenario(calls(OVER_IPV6), receives(100, optional=True), receives(486), acks_refusal())
    by_name = trunk(NAME, address_family="ipv4")
    async with (
        name_server(leads(IPV4), leads(IPV6)) as dns,
        open_line(too=IPV6, trunk=by_name, name_servers=asking(dns)) as line,
        sipp(script, ports, host=IPV6, target=line.port, keys={"ear": 9}) as caller,
    ):
        leg, arrival = await line.takes()
        await leg.refuse(486)
        await caller.finishes()

    assert arrival.trunk == ""


async def test_a_trunk_over_a_version_on_which_nobody_listens_here_is_told(open_line: OpenLine) -> None:
    async with open_line() as line:
        faults = await line.agent.use_trunks([trunk("[::1]:5060"), trunk(NAME, address_family="ipv6")])

    assert faults["carrier"] == (
        "It is reached over IPv6, and we listen on 127.0.0.1: give sip_host an address of it too."
    )


async def test_keep_alives_go_to_each_host_over_its_own_version(open_line: OpenLine) -> None:
    async with sip_answerer(refuses) as four, sip_answerer(refuses, host=IPV6) as six:
        hosts = [f"127.0.0.1:{four.port}", f"[::1]:{six.port}"]
        both = new_trunk({"name": "carrier", "hosts": hosts, "keep_alive": "options"})
        async with open_line(too=IPV6, trunk=both), within(10):
            while not (four.requests and six.requests):
                await asyncio.sleep(0.05)

    assert first(four, "OPTIONS").header("via").startswith("SIP/2.0/UDP 127.0.0.1:")
    assert first(six, "OPTIONS").header("via").startswith("SIP/2.0/UDP [::1]:")


@pytest.mark.parametrize("host", ["[::1]", NAME])
async def test_over_tls_and_ipv6_the_certificate_is_checked_for_the_address_or_the_name(
    open_line: OpenLine, tmp_path: Path, host: str
) -> None:
    named = [x509.IPAddress(ip_address(IPV6))] if host == "[::1]" else [x509.DNSName(NAME)]
    pems, others = make_pems(tmp_path / "carrier", names=named), make_pems(tmp_path / "other", names=named)
    async with (
        sip_answerer(refuses, stream=True, tls=server_context(pems), host=IPV6) as carrier,
        name_server(leads(IPV6)) as dns,
    ):
        given = [
            trunk(f"{host}:{carrier.port}", transport="tls", tls_ca=str(each.ca), timeout_s=3.0)
            for each in (pems, others)
        ]
        async with open_line(too=IPV6, name_servers=asking(dns)) as line:
            ends = []
            for each in given:
                await line.agent.use_trunks([each])
                ends.append(await Watch(await line.agent.dial(ASKED)).start().ends())

    assert (ends[0].sip_code, ends[0].sip_reason) == (486, "Busy Here")
    assert "is from an issuer that we do not trust" in ends[1].sip_reason
    assert first(carrier, "INVITE").header("via").startswith("SIP/2.0/TLS [::1]:")
