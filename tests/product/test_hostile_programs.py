"""A hundred calls, twenty of which have programs that lie, flood, hang and break off: the others hear no gap."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from bench.crowds import Crowd, call
from bench.process import memory_alone
from bench.scenario import Place
from bench.scripts import PROBED_PORT
from bench.two_lengths import Caller
from tests.peers.audio import tone
from tests.peers.certificates import make_pems, server_context
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.hostile_programs import ANSWERS, MISDEEDS, hostile_programs
from tests.peers.listeners import Listeners
from tests.peers.platform import ACCOUNT, NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import RawStream, raw_stream_server
from tests.peers.waiting import eventually

pytestmark = [
    pytest.mark.sip,
    pytest.mark.slow,
    pytest.mark.alone("a hundred calls are to hear no gap"),
    pytest.mark.costly("a hundred calls, and twenty programs that flood"),
]

QUIET_CALLS: Final = 80
HOSTILE_CALLS: Final = 20
BEGUN_A_S: Final = 10
ATTACKED_S: Final = 30
SETTLED: Final = 50
"""Packets, after which a call is up and its tone begins."""
CALLS_S: Final = 90
TONE_HZ: Final = 1000
STREAMED: Final = "+3225550101"
"""The number whose calls have such programs."""
TALKS_FREELY: Final = {
    **NUMBER_ASKS_NOBODY, "--disclosure": "not-ai", "--disclosure-reason": "a tone of a test",
    "--asserted-by": "a test",
}  # fmt: skip
MOST_MORE_KIB: Final = 192 * 1024
"""What the node may need beside: ten minutes of l16, 9.6 MB, wait for each at most."""
CONNECTS: Final = 120


def flow_of(port: int, tls_port: int) -> str:
    """One program after the other; now and then one whose certificate is wrong."""
    wrong, right = f"wss://127.0.0.1:{tls_port}/", f"ws://127.0.0.1:{port}/"
    urls = [wrong if number % 12 == 1 else right for number in range(CONNECTS)]
    connects = [f'<Connect><Stream url="{url}" audioFormat="l16" sampleRate="8000"/></Connect>' for url in urls]
    return f"<Response>{''.join(connects)}<Redirect>/hostile</Redirect></Response>"


@asynccontextmanager
async def under_attack(tmp_path: Path, ports: Ports, shop: Customer) -> AsyncIterator[tuple[Platform, Path]]:
    """A platform with a number that plays a tone, and one whose calls are given to hostile programs."""

    async def never(stream: RawStream) -> None:
        raise AssertionError(f"whoever compares certificates asks for nothing: {stream.head}")

    first = ports.block(2 * (QUIET_CALLS + HOSTILE_CALLS) + 100)
    settings = {
        "RTP_PORTS": f"{first}-{first + 2 * (QUIET_CALLS + HOSTILE_CALLS) + 99}",
        "RTP_SILENCE_S": "0",  # listeners say nothing
    }
    shop.flows["/tone.wav"] = tone(TONE_HZ, 120, dbov=-18).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/start"] = "<Response><Play>/tone.wav</Play></Response>"
    expired = server_context(make_pems(tmp_path / "expired", expired=True))
    port = ports.one()
    async with hostile_programs(port, tmp_path) as met, raw_stream_server(never, tls=expired) as tls:
        shop.flows["/hostile"] = flow_of(port, tls.port)
        number = {"--url": shop.url("/start")}
        async with platform(tmp_path, ports, settings, number=number) as telefoon:
            options = {"--url": shop.url("/hostile"), **TALKS_FREELY}
            given = [each for name, value in options.items() for each in (name, value)]
            telefoon.telefoon("numbers", "add", STREAMED, "--account", ACCOUNT, *given)
            yield telefoon, met


def held(pid: int) -> tuple[int, int]:
    """How many threads and handles a process has."""
    return tuple(len(list(Path(f"/proc/{pid}/{kind}").iterdir())) for kind in ("task", "fd"))  # type: ignore[return-value]


async def test_programs_that_lie_flood_hang_and_break_off_harm_no_other_call(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    place = Place(tmp_path, ports)
    async with under_attack(tmp_path, ports, shop) as (telefoon, met):
        before = held(telefoon.pid)
        with Listeners(QUIET_CALLS) as listeners:
            fields = [str(each.port) for each in listeners.all]
            quiet = Crowd(Caller(NUMBER).script(PROBED_PORT), QUIET_CALLS, BEGUN_A_S, CALLS_S, NUMBER, fields)
            hostile = Caller(STREAMED).crowd(HOSTILE_CALLS, BEGUN_A_S, ATTACKED_S)
            async with asyncio.TaskGroup() as calls:
                heard = calls.create_task(call(quiet, telefoon.sip_port, place))
                await eventually(
                    lambda: all(len(each.came) > SETTLED for each in listeners.all),
                    within_s=CALLS_S - 2 * ATTACKED_S,
                    otherwise=lambda: f"{[len(each.came) for each in listeners.all]} packets came",
                )
                since, memory = [len(each.came) for each in listeners.all], memory_alone(telefoon.pid).resident_kib
                attacked = calls.create_task(call(hostile, telefoon.sip_port, place))
                most = await highest_memory(telefoon.pid, ATTACKED_S)
                until = [len(each.came) for each in listeners.all]
        gaps = {
            number: found
            for number, (each, first, last) in enumerate(zip(listeners.all, since, until, strict=True))
            if (found := each.gaps(first, last))
        }
        in_progress = (await telefoon.get("calls", status="in-progress"))["calls"]
        streams = [
            stream
            for each in (await telefoon.get("calls", to=STREAMED))["calls"]
            for stream in (await telefoon.get(f"calls/{each['id']}/streams"))["streams"]
        ]
        await eventually(
            lambda: all(now <= then + 8 for now, then in zip(held(telefoon.pid), before, strict=True)),
            within_s=30,
            otherwise=lambda: f"{before} threads and handles, then {held(telefoon.pid)}",
        )

    assert (heard.result().succeeded, heard.result().failed) == (QUIET_CALLS, 0)
    assert (attacked.result().succeeded, attacked.result().failed) == (HOSTILE_CALLS, 0)
    met_by_streams = met.read_text().splitlines()
    assert set(met_by_streams) == {*MISDEEDS, *ANSWERS}
    assert gaps == {}
    assert min(last - first for first, last in zip(since, until, strict=True)) > 0.9 * 50 * ATTACKED_S
    assert most - memory < MOST_MORE_KIB
    assert in_progress == []
    assert len(streams) > len(met_by_streams)
    assert {each["status"] for each in streams} == {"stopped", "failed"}


async def highest_memory(pid: int, seconds: float) -> int:
    """The most resident memory in KiB that a process has for so long."""
    most = 0
    for _ in range(round(seconds)):
        await asyncio.sleep(1)
        most = max(most, memory_alone(pid).resident_kib)
    return most
