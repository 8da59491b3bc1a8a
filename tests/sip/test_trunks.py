"""Trunks come, change and go while calls go on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network

import pytest

from engine.errors import SipError
from engine.model.trunk import Authentication, KeepAlive, SessionTimers, Srtp, Trunk, TrunkHost
from engine.ports import Answered, DialRequest, HungUp, MediaChanged
from sip.config import StrangersDue
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sip_answerer import SipAnswerer, sip_answerer
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch, subscriber_of, trunk_to
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
REGISTERED = "200 OK\nContact: <sip:me@127.0.0.1>;expires=300"


def registers(request: str) -> str:
    return "200 OK" if "expires: 0" in request.lower() else REGISTERED


async def registered(line: Line, *names: str) -> None:
    async with within(10):
        while {name for name, each in (await line.agent.registrations()).items() if each.active} != set(names):
            await asyncio.sleep(0.05)


async def told(registrar: SipAnswerer, has: Callable[[str], bool]) -> str:
    """The first request of this kind."""
    async with within(10):
        while (found := next((each for each in registrar.requests if has(each)), None)) is None:
            await asyncio.sleep(0.05)
    return found


def ends_registration(request: str) -> bool:
    return request.startswith("REGISTER") and "expires: 0" in request.lower()


async def answered(line: Line) -> Watch:
    call = Watch(await line.agent.dial(ASKED)).start()
    await call.sees(Answered)
    return call


async def test_two_trunks_register_each_with_its_registrar_and_calls_go_out_by_both(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    script, keys = scenario(is_called(), gets_bye()), {"ear": ear.port}
    async with (
        sip_answerer(registers) as first,
        sip_answerer(registers) as second,
        sipp(script, ports, keys=keys) as a,
        sipp(script, ports, keys=keys) as b,
    ):
        trunk_a = subscriber_of(a.port, "a", registrar=f"127.0.0.1:{first.port}", user="ann")
        trunk_b = subscriber_of(
            b.port, "b", registrar=f"127.0.0.1:{second.port}", user="bob", from_host="b.example", priority=1
        )
        async with open_line(trunks=[trunk_a, trunk_b]) as line:
            await registered(line, "a", "b")
            by_a = await answered(line)
            await line.agent.use_trunks([replace(trunk_a, enabled=False), trunk_b])
            by_b = await answered(line)
            for call in (by_a, by_b):
                await call.leg.hang_up()
                await call.ends()
            await a.finishes()
            await b.finishes()

        assert "sip:ann@127.0.0.1" in await told(first, lambda each: each.startswith("REGISTER"))
        assert "sip:bob@b.example" in await told(second, lambda each: each.startswith("REGISTER"))
        assert "<sip:+3225550100@127.0.0.1>" in a.received("INVITE")[0].header("from")
        assert "<sip:+3225550100@b.example>" in b.received("INVITE")[0].header("from")
        assert await told(second, ends_registration)


async def test_a_call_that_comes_in_is_taken_as_its_trunk_wants(open_line: OpenLine) -> None:
    async with sip_answerer(registers) as registrar:
        plain = subscriber_of(registrar.port, "plain", user="ann", from_user="+3225550100")
        secret = subscriber_of(registrar.port, "secret", user="bob", srtp=Srtp.REQUIRED)
        async with open_line(trunks=[secret, plain]) as line, raw_caller(line.port) as caller:
            await registered(line, "plain", "secret")
            call = await in_a_call(line, caller)
            await call.leg.hang_up()

            await line.agent.use_trunks([secret])
            async with raw_caller(line.port) as other:
                refused = await other.asks("INVITE", body=audio())

        assert (refused.code or 0) >= 400, "without SRTP, where it is required"


async def test_a_trunks_hosts_may_call_and_nobody_else(open_line: OpenLine) -> None:
    elsewhere = [ip_network("192.0.2.0/24")]
    async with (
        open_line(allow=elsewhere, strangers=StrangersDue(are_refused=True)) as line,
        raw_caller(line.port) as caller,
    ):
        assert (await caller.asks("INVITE", body=audio())).code == 403

        await line.agent.use_trunks([trunk_to(caller.port)])
        async with raw_caller(line.port) as known:
            await in_a_call(line, known)

        await line.agent.use_trunks([trunk_to(caller.port, auth=Authentication.NONE)])
        async with raw_caller(line.port) as unknown:
            assert (await unknown.asks("INVITE", body=audio())).code == 403


async def test_the_way_to_each_host_is_kept_open_by_options_as_long_as_that_is_set(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "200 OK") as first, sip_answerer(lambda _: "200 OK") as second:
        hosts = (TrunkHost("127.0.0.1", first.port), TrunkHost("127.0.0.1", second.port, priority=1))
        trunk = replace(trunk_to(first.port), hosts=hosts, keep_alive=KeepAlive.OPTIONS, keep_alive_s=2)
        async with open_line(trunks=[trunk]) as line, within(15):
            while min(len(first.requests), len(second.requests)) < 3:
                await asyncio.sleep(0.05)
            await line.agent.use_trunks([replace(trunk, keep_alive=KeepAlive.NONE)])
            asked = len(first.requests)
            await asyncio.sleep(4)

    assert all(each.startswith(f"OPTIONS sip:127.0.0.1:{second.port}") for each in second.requests)
    assert len(first.requests) == asked


@pytest.mark.parametrize(("kind", "comes"), [(KeepAlive.CRLF, True), (KeepAlive.NONE, False)])
async def test_the_way_to_a_registrar_is_kept_open_by_empty_lines(
    open_line: OpenLine, kind: KeepAlive, comes: bool
) -> None:
    async with sip_answerer(lambda request: registers(request) if request.strip() else "") as registrar:
        trunk = subscriber_of(registrar.port, keep_alive=kind, keep_alive_s=1)
        async with open_line(trunks=[trunk]) as line:
            await registered(line, "default")
            await asyncio.sleep(3)

    assert ("\r\n" in registrar.requests) is comes


async def test_a_change_touches_none_of_twenty_calls(open_line: OpenLine, ports: Ports, ear: RtpEar) -> None:
    script = scenario(is_called(), gets_bye())
    async with (
        sip_answerer(registers) as registrar,
        sipp(script, ports, keys={"ear": ear.port}, calls=20) as far_end,
    ):
        trunk = trunk_to(far_end.port)
        changed = replace(
            trunk,
            auth=Authentication.REGISTER,
            user="ann",
            password="new",
            registrar=f"127.0.0.1:{registrar.port}",
            srtp=Srtp.REQUIRED,
            session_timers=SessionTimers.OFF,
            hosts=(TrunkHost("127.0.0.1", ports.one()),),
        )
        async with open_line(trunk=trunk, rtp_ports=100) as line:
            calls = [await answered(line) for _ in range(20)]
            for call in calls:
                await call.sees(MediaChanged)
            before = [list(call.seen) for call in calls]

            await line.agent.use_trunks([changed])
            await registered(line, "default")
            await asyncio.sleep(1.5)

            assert [call.seen for call in calls] == before
            for call in calls:
                await call.leg.hang_up()
            assert {(await call.ends()).sip_code for call in calls} == {200}
            await far_end.finishes()

        assert len(far_end.received("INVITE")) == 20, "nobody was invited again"


async def test_a_removed_trunk_ends_with_its_last_call(open_line: OpenLine, ports: Ports, ear: RtpEar) -> None:
    async with (
        sip_answerer(registers) as registrar,
        sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end,
    ):
        trunk = subscriber_of(far_end.port, registrar=f"127.0.0.1:{registrar.port}")
        async with open_line(trunk=trunk) as line:
            await registered(line, "default")
            call = await answered(line)

            await line.agent.use_trunks([])

            await told(registrar, ends_registration)
            with pytest.raises(SipError, match="No trunk is set"):
                await line.agent.dial(ASKED)
            await asyncio.sleep(2.5)
            accounts = line.agent._stack._accounts
            assert not any(isinstance(event, HungUp) for event in call.seen)
            assert len(accounts._retired) == 1, "it waits for its call"
            await call.leg.hang_up()
            await call.ends()
            await far_end.finishes()
            async with within(5):
                while accounts._retired:
                    await asyncio.sleep(0.05)


async def test_a_trunk_over_another_transport_may_come_later(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}, transport="t1") as far_end:
        await line.agent.use_trunks([trunk_to(far_end.port, parameters=";transport=tcp;user=phone")])

        call = await answered(line)

        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()
        assert far_end.received("INVITE")[0].start_line.startswith("INVITE sip:+3225550199@127.0.0.1")
        assert ";user=phone" in far_end.received("INVITE")[0].start_line
        assert ";transport=tcp" in far_end.received("INVITE")[0].start_line


@pytest.mark.parametrize(
    ("timers", "expires_s", "told"),
    [(SessionTimers.OFF, 0, None), (SessionTimers.ALWAYS, 0, "1800"), (SessionTimers.SUPPORTED, 600, "600")],
)
async def test_session_timers_are_as_the_trunk_wants(
    open_line: OpenLine, timers: SessionTimers, expires_s: int, told: str | None
) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end:
        trunk = trunk_to(far_end.port, session_timers=timers, session_expires_s=expires_s)
        async with open_line(trunk=trunk) as line:
            await Watch(await line.agent.dial(ASKED)).start().ends()

    headers = dict(each.lower().split(": ", 1) for each in far_end.requests[0].split("\r\n") if ": " in each)
    assert headers.get("session-expires", "").partition(";")[0] == (told or "")


async def test_all_requests_pass_the_outbound_proxy(open_line: OpenLine) -> None:
    async with sip_answerer(lambda each: registers(each) if each.startswith("REG") else "486 Busy Here") as proxy:
        trunk = replace(subscriber_of(9), outbound_proxy=f"127.0.0.1:{proxy.port}", hosts=(TrunkHost("192.0.2.9"),))
        async with open_line(trunk=trunk) as line:
            await registered(line, "default")
            await Watch(await line.agent.dial(ASKED)).start().ends()

    first_lines = [each.partition("\r\n")[0] for each in proxy.requests]
    assert "REGISTER sip:192.0.2.9 SIP/2.0" in first_lines
    assert "INVITE sip:+3225550199@192.0.2.9 SIP/2.0" in first_lines


async def test_a_trunk_is_asked_for_as_long_as_it_says(open_line: OpenLine) -> None:
    async with sip_answerer(registers) as registrar:
        trunk: Trunk = subscriber_of(registrar.port, expires_s=120)
        async with open_line(trunk=trunk) as line:
            await registered(line, "default")

    assert "Expires: 120" in registrar.requests[0]
