"""Tries a trunk out: looks its hosts' names up, asks each with OPTIONS, registers, and calls."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from api.doctor.options import Certificates, NoAnswer, NotTrusted, OptionsTarget, Silent, ask, leaving_from
from api.doctor.server import RunningServer
from api.node.cautions import is_loopback
from config.settings import Settings
from engine.diagnosis.call import CallProbe, call_findings
from engine.diagnosis.findings import TrunkFinding
from engine.diagnosis.signalling import HostProbe, Reach, RegisterAnswer, host_findings, register_finding
from engine.model.trunk import Authentication, Transport, Trunk, TrunkHost
from engine.model.trunk.hosts import read_host
from engine.model.trunk.registration import TrunkRegistration

if TYPE_CHECKING:
    from api.doctor.trial_call import TrialCall
    from sip.dns.records import NameServers
    from sip.user_agent import UserAgent

ANSWER_S: Final = 4.0
REGISTER_S: Final = 6.0
TRACED_CALLS: Final = 8
"""Of the test call, each attempt is one."""
_POLL_S: Final = 0.1


async def trunk_findings(
    trunk: Trunk,
    settings: Settings,
    running: RunningServer | None,
    stand: Sequence[TrunkRegistration],
    trial: "TrialCall | None" = None,
    name_servers: "NameServers | None" = None,
) -> AsyncIterator[TrunkFinding]:
    """All findings, in the order in which they come, also of a trunk that is not enabled. Raises SetupError.

    Names are asked of `name_servers`; without any, of those of this machine.

    Where a server runs and has registered the trunk, `stand` tells what it was answered: a second registration might
    take its place.
    """
    trunk = replace(trunk, enabled=True)
    for host in _first_hops(trunk):
        for finding in host_findings(await _probe(host, trunk, settings, name_servers)):
            yield finding
    told = _told_by_server(trunk, running, stand)
    for finding in await _by_user_agent(trunk, settings, told, trial):
        yield finding


def _first_hops(trunk: Trunk) -> Sequence[TrunkHost]:
    """Where requests go first."""
    return [read_host(trunk.outbound_proxy)] if trunk.outbound_proxy else trunk.hosts


async def _probe(host: TrunkHost, trunk: Trunk, settings: Settings, name_servers: "NameServers | None") -> HostProbe:
    from sip.config import Tls
    from sip.trunks.uris import host_uri

    servers = await _servers(host, trunk, settings, name_servers)
    addresses = tuple(dict.fromkeys(address for address, _ in servers))
    transport = trunk.transport.value
    if not addresses:
        return HostProbe(host.address, transport, (), Reach.UNKNOWN_NAME)
    begun = HostProbe(host.address, transport, addresses, Reach.ANSWERED)
    if is_loopback(settings.sip_host) and not is_loopback(servers[0][0]):
        words = f"SIP listens on {settings.sip_host} alone, from where {servers[0][0]} can't be reached"
        return replace(begun, reach=Reach.LOOPBACK, words=words)
    tls = Tls(settings.tls_ca, settings.tls_cert, settings.tls_key).towards(trunk)
    certificates = Certificates(tls.ca, tls.certificate, tls.key, tls.verify)
    begun_s = time.monotonic()
    try:
        named, (address, port) = OptionsTarget.of(host_uri(trunk, host)), servers[0]
        target, source = replace(named, address=address, port=port), leaving_from(settings.sip_hosts, address)
        answer = await ask(target, certificates, ANSWER_S, source=source)
    except Silent as error:
        return replace(begun, reach=Reach.SILENT, words=str(error))
    except NotTrusted as error:
        return replace(begun, reach=Reach.NOT_TRUSTED, words=str(error))
    except NoAnswer as error:
        return replace(begun, reach=Reach.UNREACHABLE, words=str(error))
    return replace(
        begun,
        code=answer.code,
        reason=answer.reason,
        round_trip_ms=1000 * (time.monotonic() - begun_s),
        certificate_checked=trunk.transport is Transport.TLS and tls.verify,
        flaw=answer.flaw,
        certificate_names=answer.certificate.names if answer.certificate else (),
        certificate_until=answer.certificate.until if answer.certificate else None,
    )


async def _servers(
    host: TrunkHost, trunk: Trunk, settings: Settings, name_servers: "NameServers | None"
) -> Sequence[tuple[str, int]]:
    """The addresses and ports where calls to a host are tried, in one of the orders that they may take."""
    from sip.config import from_settings
    from sip.dns.located import PORTS
    from sip.dns.records import NoNameServer
    from sip.dns.server_names import server_names
    from sip.trunks.uris import hop_to

    hop = hop_to(trunk, host)
    if not hop.is_name:
        return [(hop.host, hop.port or PORTS[hop.transport])]
    try:
        found = await server_names(from_settings(settings).family, name_servers).find(hop)
    except NoNameServer:
        return ()
    ordered = sorted(found.servers, key=lambda server: server.priority)
    return [(address, server.port) for server in ordered for address in server.addresses]


def _told_by_server(
    trunk: Trunk, running: RunningServer | None, stand: Sequence[TrunkRegistration]
) -> RegisterAnswer | None:
    told = next((each for each in stand if each.trunk == trunk.name), None)
    if running is None or told is None or not trunk.registers:
        return None
    return RegisterAnswer(told.until is not None, told.code, told.reason, told_by_server=True)


async def _by_user_agent(
    trunk: Trunk, settings: Settings, told: RegisterAnswer | None, trial: "TrialCall | None"
) -> Sequence[TrunkFinding]:
    """The findings of registration and call."""
    if told is not None:
        trunk = replace(trunk, auth=Authentication.IP)  # it must not register a second time
    if not trunk.registers and trial is None:
        return [register_finding(told), *call_findings(None, trunk)]
    agent = await _agent(trunk, settings)
    try:
        registration = register_finding(await _answer(agent, trunk) if trunk.registers else told)
        return [registration, *call_findings(await _call(agent, trial), trunk)]
    finally:
        await agent.close()


async def _call(agent: "UserAgent", trial: "TrialCall | None") -> CallProbe | None:
    if trial is None:
        return None
    from api.doctor.trial_call import call

    return await call(agent, trial)


async def _agent(trunk: Trunk, settings: Settings) -> "UserAgent":
    """A user agent that knows this trunk alone, at a port of its own."""
    from sip.config import at_port, from_settings
    from sip.test_phone.phone import free_port
    from sip.user_agent import UserAgent

    config = at_port(from_settings(settings), free_port(settings.sip_hosts[0]))
    config = replace(config, trace_calls=TRACED_CALLS)
    return await UserAgent.start(config, lambda _leg, _arrival: None, again_after=lambda: 1, trunks=[trunk])


async def _answer(agent: "UserAgent", trunk: Trunk) -> RegisterAnswer:
    try:
        async with asyncio.timeout(REGISTER_S):
            while not (state := (await agent.registrations())[trunk.name]).code:  # noqa: ASYNC110 (it has no event)
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        return RegisterAnswer(active=False, code=0, reason="")
    return RegisterAnswer(state.active, state.code, state.reason)
