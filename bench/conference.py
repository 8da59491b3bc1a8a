"""Conferences of several sizes, here and in Asterisk's ConfBridge: what each costs in CPU.

    make bench-conference

The same callers (SIPp, two-way G.711 A-law) enter rooms of ours, then rooms of ConfBridge: one room of 10 to 200 where
all talk, one of 100 and of 200 where three talk, and 40 rooms of five. ConfBridge mixes at 8 kHz every 20 ms, by its
timerfd, with no DSP. Each figure is CPU seconds a second of the server and its children, once everybody is in; figures
and their ratios go to bench/results/conference.json.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from bench.members import members_of, present
from bench.process import usage
from bench.results import save
from tests.peers.asterisk import Asterisk, asterisk
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

SETTLES_S: Final = 6.0
MEASURED_S: Final = 15.0
SETTINGS: Final = {"CODECS": "PCMA,PCMU", "SESSION_EXPIRES_S": "1800", "RTP_PORTS": "20000-24000"}
CONFBRIDGE: Final = "+3225551300"
_PATIENCE_S: Final = 120
_USERS: Final = re.compile(r"^\d\d +(\d+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """How many rooms, how many people in each, and how many of these talk."""

    rooms: int
    per_room: int
    talkers: int

    @property
    def name(self) -> str:
        quiet = "" if self.talkers == self.per_room else f"_{self.talkers}_talk"
        return f"{self.rooms}x{self.per_room}{quiet}"

    @property
    def people(self) -> int:
        return self.rooms * self.per_room


CASES: Final = (
    Case(1, 10, 10), Case(1, 50, 50), Case(1, 100, 100), Case(1, 200, 200),
    Case(1, 50, 3), Case(1, 100, 3), Case(1, 200, 3), Case(40, 5, 5),
)  # fmt: skip


async def cost_here(case: Case, folder: Path) -> float:
    """CPU seconds a second of the platform."""
    ports = Ports()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(flows())
        telefoon = await stack.enter_async_context(platform(folder, ports, SETTINGS, number={"--url": url}))
        await _enter(stack, case, NUMBER, telefoon.sip_port, folder, ports)
        await all_in(case.people, lambda: inside(telefoon))
        measured = await cpu(telefoon.pid)
        assert await inside(telefoon) == case.people, "somebody left meanwhile"
        await telefoon.end()
        return measured


async def cost_of_confbridge(case: Case, folder: Path) -> float:
    """CPU seconds a second of Asterisk."""
    ports = Ports()
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(asterisk(ports, ports.one(), rtp_ports=2 * case.people + 100))
        await _enter(stack, case, CONFBRIDGE, network.udp_port, folder, ports)
        await all_in(case.people, lambda: _bridged(network))
        measured = await cpu(network.pid)
        assert await _bridged(network) == case.people, "somebody left meanwhile"
        return measured


async def _enter(stack: AsyncExitStack, case: Case, number: str, sip_port: int, folder: Path, ports: Ports) -> None:
    for name, members in zip(("talking", "silent"), members_of(case.rooms, case.per_room, case.talkers), strict=True):
        await stack.enter_async_context(present(members, number, sip_port, folder / name, ports))
    await asyncio.sleep(SETTLES_S)


async def all_in(people: int, counted: Callable[[], Awaitable[int]]) -> None:
    """Wait until so many are in."""
    for _ in range(_PATIENCE_S):
        if await counted() == people:
            return
        await asyncio.sleep(1)
    raise RuntimeError(f"{await counted()} of {people} came in within {_PATIENCE_S} s")


async def _bridged(network: Asterisk) -> int:
    return sum(int(users) for users in _USERS.findall(await network.cli("confbridge list")))


async def cpu(pid: int) -> float:
    """CPU seconds a second of a process and its children."""
    before = usage(pid)
    await asyncio.sleep(MEASURED_S)
    return (usage(pid).cpu_s - before.cpu_s) / MEASURED_S


async def inside(telefoon: Platform) -> int:
    """How many people are in conferences."""
    listed = await telefoon.get("conferences", page_size="100")
    return sum(each["participant_count"] for each in listed["conferences"])


@asynccontextmanager
async def flows(talkers: int = 1000) -> AsyncIterator[str]:
    """Sends each caller to the room of its number's last two digits, muted but for the first `talkers` in each."""

    async def flow(request: web.Request) -> web.Response:
        caller = str((await request.post())["From"])
        seat, room = int(caller[-5:-2]), caller[-2:]
        muted = str(seat >= talkers).lower()
        conference = f'<Conference beep="false" muted="{muted}" maxParticipants="250">{room}</Conference>'
        return web.Response(text=f"<Response><Dial>{conference}</Dial></Response>", content_type="text/xml")

    app = web.Application()
    app.add_routes([web.post("/flow", flow)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/flow"
    finally:
        await runner.cleanup()


def main() -> int:
    """Measure all, print, save; the exit code."""
    chosen = sys.argv[1:]
    figures: dict[str, float | int] = {}
    for case in CASES:
        if chosen and case.name not in chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            here = asyncio.run(cost_here(case, _made(Path(folder) / "here")))
            print(f"{case.name}: {here:.3f} here", flush=True)
            there = asyncio.run(cost_of_confbridge(case, _made(Path(folder) / "confbridge")))
        figures |= {
            f"{case.name}_cpu": round(here, 3),
            f"{case.name}_cpu_confbridge": round(there, 3),
            f"{case.name}_ratio": round(here / there, 3),
        }
        print(f"{case.name:16} {here:.3f} here, {there:.3f} in ConfBridge: {here / there:.2f}", flush=True)
    if not chosen:
        print(f"written to {save('conference', figures)}")
    return 0


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    sys.exit(main())
