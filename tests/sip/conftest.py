import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import SipTransport
from engine.model.refusal import RefusalRule
from engine.model.trunk import Authentication, Trunk, trunk_at
from engine.ports import DialRefused, DialRequest, HungUp, InboundCall, Leg, LegEvent
from engine.stir.verification import CallerVerifier
from sip.config import ListenAddress, SipConfig, Tls
from sip.dns.records import NameServers
from sip.inbound_calls import AgainAfter, at_any_time
from sip.leg import SipLeg
from sip.user_agent import UserAgent
from tests.peers.audio import tone
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.waiting import within


@dataclass(slots=True)
class Line:
    """A user agent under test and what came in to it."""

    agent: UserAgent
    port: int
    arrivals: asyncio.Queue[tuple[SipLeg, InboundCall]] = field(default_factory=asyncio.Queue)
    refusals: asyncio.Queue[DialRefused] = field(default_factory=asyncio.Queue)
    noted: list[tuple[RefusalRule, str]] = field(default_factory=list)
    """The rule and the number of each call that was refused."""

    async def takes(self) -> tuple[SipLeg, InboundCall]:
        """The next call that comes in."""
        async with within(10):
            return await self.arrivals.get()


@dataclass(slots=True)
class Watch:
    """Collects a leg's events while the test does other things."""

    leg: Leg
    seen: list[LegEvent] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def start(self) -> "Watch":
        self.task = asyncio.create_task(self._collect())
        return self

    async def sees(self, kind: type[LegEvent], *, times: int = 1, within_s: float = 10.0) -> Any:
        """The event of this kind that came as number `times`."""
        try:
            async with within(within_s):
                while len(found := [each for each in self.seen if isinstance(each, kind)]) < times:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} number {times} within {within_s:g} s: {self.seen}") from None
        return found[times - 1]

    async def ends(self, *, within_s: float = 15.0) -> HungUp:
        """How it ended."""
        ended: HungUp = await self.sees(HungUp, within_s=within_s)
        return ended

    async def _collect(self) -> None:
        async for event in self.leg.events():
            self.seen.append(event)
            self.changed.set()


async def dial(line: Line, port: int) -> Watch:
    """A call to a far end on this machine."""
    uri = f"sip:+3225550199@127.0.0.1:{port}"
    return Watch(await line.agent.dial(DialRequest(uri, "+3225550100", "CA1"))).start()


OpenLine = Callable[..., AbstractAsyncContextManager[Line]]


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
def open_line(tmp_path: Path, ports: Ports) -> OpenLine:
    """Opens a user agent; keywords are fields of SipConfig, its trunk or trunks, and how many RTP ports it has.

    Names of hosts are asked of `name_servers`. `too` is an address of the other IP version.

    One at a time: the library allows no second.
    """

    @asynccontextmanager
    async def opening(
        *,
        rtp_ports: int = 60,
        host: str = "127.0.0.1",
        too: str | None = None,
        port: int | None = None,
        tls: Tls | None = None,
        trunk: Trunk | None = None,
        trunks: Sequence[Trunk] = (),
        name_servers: NameServers | None = None,
        verifier: CallerVerifier | None = None,
        again_after: AgainAfter = at_any_time,
        **fields: Any,
    ) -> AsyncIterator[Line]:
        rtp, port = ports.block(rtp_ports), port or ports.block(2)
        transports = [SipTransport.UDP, SipTransport.TCP, *([SipTransport.TLS] if tls else [])]
        listening = ListenAddress(host, port, transports, None, rtp, rtp + rtp_ports - 1)
        if too is not None:
            fields["listening_too"] = replace(listening, host=too)
        config = replace(SipConfig(listening, ["PCMA"], 1800, tls or Tls(), []), **fields)
        arrivals: asyncio.Queue[tuple[SipLeg, InboundCall]] = asyncio.Queue()
        refusals: asyncio.Queue[DialRefused] = asyncio.Queue()
        noted: list[tuple[RefusalRule, str]] = []
        agent = await UserAgent.start(
            config,
            lambda leg, arrival: arrivals.put_nowait((leg, arrival)),
            refusals.put_nowait,
            again_after,
            trunks=[*trunks, *([trunk] if trunk else [])],
            note_refusal=lambda rule, _, number: noted.append((rule, number)),
            name_servers=name_servers,
            verifier=verifier,
        )
        try:
            yield Line(agent, port, arrivals, refusals, noted)
        finally:
            await agent.close()

    return opening


@pytest.fixture
async def line(open_line: OpenLine) -> AsyncIterator[Line]:
    async with open_line() as opened:
        yield opened


@pytest.fixture
def ear() -> Iterator[RtpEar]:
    with RtpEar() as opened:
        yield opened


@pytest.fixture
def prompt(tmp_path: Path) -> Path:
    """Four seconds of 440 Hz."""
    return tone(440, 4, rate_hz=8000).save(tmp_path / "prompt.wav")


def trunk_to(port: int, name: str = "default", *, parameters: str = "", **fields: Any) -> Trunk:
    """A trunk on this machine."""
    return trunk_at(f"sip:127.0.0.1:{port}{parameters}", name, **fields)


def subscriber_of(port: int, name: str = "default", **fields: Any) -> Trunk:
    """A trunk that registers."""
    given = {"auth": Authentication.REGISTER, "user": "me", "password": "x", **fields}
    return trunk_to(port, name, **given)
