"""What encryption and consent cost where recordings are made: two servers at once, with the same menus and callers.

    make bench-ivr

On both, 40 callers hear a menu eight times, asked for by a webhook each time, and are recorded in two channels. One
server writes plain WAV files and asks nobody, on a written basis; the other seals, plays the notice, and keeps a record
of each consent. As they run side by side, what else the machine does meets both alike. CPU in seconds is that of each
server and its workers from the first call to the last closed recording. Figures go to bench/results/ivr.json. The exit
code is 1 where the median of the rounds' ratios is over 1.1.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.callers import Crowd, call, fresh
from bench.process import usage
from bench.results import save
from tests.peers.customer import customer
from tests.peers.platform import NUMBER, OURS, Platform, platform
from tests.peers.ports import Ports

CALLS: Final = 40
PER_SECOND: Final = 10
MENUS: Final = 8
ROUNDS: Final = 5
MOST: Final = 1.1
SETTINGS: Final = {"CODECS": "PCMA,PCMU", "SESSION_EXPIRES_S": "1800"}
START: Final = "<Start><Recording channels='dual'/></Start>"
MENU: Final = (
    "<Gather numDigits='1' timeout='1' action='/{next}'><Say language='en-GB'>For sales, press one. For support, press "
    "two. For an invoice, press three.</Say></Gather><Redirect>/{next}</Redirect>"
)
_POLL_S: Final = 0.2
_ALL_CLOSED_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Way:
    """How recordings come about: a name, settings, and the number's consent policy."""

    name: str
    encryption: str
    consent: tuple[tuple[str, str], ...]


PLAIN: Final = Way("plain", "false", (("--consent", "none-needed"), ("--consent-basis", "a measurement")))
LAWFUL: Final = Way("sealed_with_consent", "true", (("--consent", "announce"),))


def flows() -> dict[str, str]:
    """By path: the recording begins, then one menu asks for the next."""
    menus = {f"/{number}": f"<Response>{MENU.format(next=number + 1)}</Response>" for number in range(1, MENUS)}
    begin = f"<Response>{START}{MENU.format(next=1)}</Response>"
    return {"/flow": begin, **menus, f"/{MENUS}": "<Response><Hangup/></Response>"}


async def side_by_side(folder: Path) -> tuple[float, float]:
    """CPU seconds of both, plain first, of one round. Raises RuntimeError where a call failed."""
    ports = Ports()
    async with AsyncExitStack() as held:
        servers = [await _server(held, fresh(folder, way.name), way, ports) for way in (PLAIN, LAWFUL)]
        await _on_all(servers, 1, "first", ports)  # prompts are rendered, libraries loaded
        before = [usage(server.pid).cpu_s for server in servers]
        await _on_all(servers, CALLS, "crowd", ports)
        plain, lawful = (usage(server.pid).cpu_s - spent for server, spent in zip(servers, before, strict=True))
        return plain, lawful


async def _on_all(servers: Sequence[Platform], count: int, name: str, ports: Ports) -> None:
    async with asyncio.TaskGroup() as group:
        for server in servers:
            group.create_task(_calls(server, count, name, ports))


async def _server(held: AsyncExitStack, folder: Path, way: Way, ports: Ports) -> Platform:
    shop = await held.enter_async_context(customer())
    shop.flows.update(flows())
    number = {"--url": shop.url("/flow"), **dict(way.consent)}
    settings = SETTINGS | {"RECORDING_ENCRYPTION": way.encryption}
    return await held.enter_async_context(platform(folder, ports, settings, number=number, notice=OURS))


async def _calls(server: Platform, count: int, name: str, ports: Ports) -> None:
    closed = await _closed(server)
    outcome = await call(Crowd(NUMBER, count, PER_SECOND), server.sip_port, fresh(server.folder, name), ports)
    if outcome.succeeded != count:
        raise RuntimeError(f"{outcome.failed} calls failed: {server.log()[-2000:]}")
    async with asyncio.timeout(_ALL_CLOSED_S):
        while True:
            if await _closed(server) == closed + count:
                return
            await asyncio.sleep(_POLL_S)


async def _closed(server: Platform) -> int:
    return len((await server.get("recordings", status="completed", page_size="100"))["recordings"])


async def rounds() -> dict[str, float | int | str]:
    """The figures of all rounds, and the median of their ratios."""
    found: list[tuple[float, float]] = []
    for number in range(1, ROUNDS + 1):
        with tempfile.TemporaryDirectory() as folder:
            plain, lawful = await side_by_side(Path(folder))
        found.append((plain, lawful))
        print(f"round {number} of {ROUNDS}: plain {plain:.2f} s, sealed with consent {lawful:.2f} s", flush=True)
    return {
        "calls": CALLS,
        "rounds": ROUNDS,
        "plain_cpu_s": round(statistics.median(plain for plain, _ in found), 2),
        "sealed_with_consent_cpu_s": round(statistics.median(lawful for _, lawful in found), 2),
        "ratio": round(statistics.median(lawful / plain for plain, lawful in found), 3),
        "least_ratio": round(min(lawful / plain for plain, lawful in found), 3),
        "greatest_ratio": round(max(lawful / plain for plain, lawful in found), 3),
    }


def main() -> int:
    """Measure, print, save; the exit code."""
    figures = asyncio.run(rounds())
    for name, value in figures.items():
        print(f"{name:28} {value}")
    print(f"written to {save('ivr', figures)}")
    return 0 if float(figures["ratio"]) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
