"""`telefoon serve --workers`: several nodes behind Kamailio on one machine, as if they were one."""

import asyncio
import os
import re
import signal
import ssl
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest
from aiohttp import ClientConnectionError

from api.node.own_cores import shares, usable
from tests.peers import commands
from tests.peers.certificates import make_pems
from tests.peers.customer import Customer
from tests.peers.flood import flood
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, prepared
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio
from tests.peers.tls_caller import tls_caller
from tests.peers.waiting import eventually, within
from tests.peers.workers import listed, states, workers

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

NAMES = ("node-1-1", "node-1-2")


def processes_of(made: Platform) -> dict[int, str]:
    """The command lines of what the watcher has started."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if f"PPid:\t{made.pid}\n" in status.read_text():
                found[int(status.parent.name)] = (status.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def cores_of(pid: int) -> set[frozenset[int]]:
    """On which cores its threads may run, each set once."""
    return {frozenset(os.sched_getaffinity(int(each.name))) for each in Path(f"/proc/{pid}/task").iterdir()}


async def test_two_workers_are_one_platform(tmp_path: Path, ports: Ports, shop: Customer, database: str) -> None:
    async with workers(tmp_path, ports, database, shop) as made:
        target = f"sip:{NUMBER}@127.0.0.1:{made.sip_port}"
        async with phone("--dial", target) as one, phone("--dial", target) as other:
            for each in (one, other):
                await each.tells("answered", within_s=30)
            await eventually(
                lambda: [each["calls"] for each in listed(made).values()] == [1, 1],
                within_s=20,
                otherwise=lambda: str(listed(made)),
            )
            calls = (await made.get("calls", status="in-progress"))["calls"]
            ended = [await made.patch(f"calls/{call['id']}", {"status": "completed"}) for call in calls]
            for each in (one, other):
                await each.tells("hung_up", within_s=20)

        assert [status for status, _ in ended] == [HTTPStatus.OK] * 2
        assert tuple(listed(made)) == NAMES


async def test_each_worker_runs_on_cores_of_its_own(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with workers(tmp_path, ports, database, shop) as made:
        nodes = sorted(pid for pid, command in processes_of(made).items() if "api.cli serve" in command)
        found = [cores_of(pid) for pid in nodes]

    assert found == [{each} for each in shares(usable(), len(NAMES))]


async def test_carriers_and_clients_come_over_tls_if_the_settings_have_certificates(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    pems = make_pems(tmp_path / "pems")
    trusting = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=pems.ca), force_close=True)
    async with (
        workers(tmp_path, ports, database, shop, pems) as made,
        tls_caller(made.sip_port + 1) as carrier,
        aiohttp.ClientSession(connector=trusting, headers={"X-API-Key": made.key}) as client,
    ):
        at_all = f"https://127.0.0.1:{made.http_port - 1}/v1/voice"
        carrier.raw.routed = True
        assert (await carrier.asks("INVITE", body=audio())).code == 200
        call = await made.newest_call(status="in-progress")

        seen = []
        for _ in range(8):  # each on a connection of its own, which the kernel gives to either worker
            async with client.get(f"{at_all}/calls/{call['id']}") as response:
                seen.append((response.status, (await response.json())["status"]))
        async with client.patch(f"{at_all}/calls/{call['id']}", json={"mute": True}) as response:
            changed = response.status
        assert (await carrier.asks("BYE")).code == 200
        ended = await made.ended_call(call["id"])

    assert seen == [(HTTPStatus.OK, "in-progress")] * 8
    assert changed == HTTPStatus.OK
    assert ended["status"] == "completed"


async def test_the_figures_of_all_workers_are_told_at_the_port_of_all(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with workers(tmp_path, ports, database, shop) as made:
        async with phone("--dial", f"sip:{NUMBER}@127.0.0.1:{made.sip_port}") as calling:
            await calling.tells("answered", within_s=30)
            async with within(20):
                while (live := await live_calls(made)).keys() != set(NAMES):
                    await asyncio.sleep(0.1)  # one that is held up for seconds is left out

        assert sum(live.values()) == 1


async def live_calls(made: Platform) -> dict[str, int]:
    """The calls that go on at each worker, by the metrics of all."""
    async with made.client.get(f"{made.address}/metrics") as response:
        told = await response.text()
    return {
        name: int(figure)
        for name, figure in re.findall(r'^telefoon_calls_live{node="(.+)"} (\d+)$', told, re.MULTILINE)
    }


async def test_a_worker_that_dies_is_started_anew_and_the_others_answer_meanwhile(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with workers(tmp_path, ports, database, shop) as made:
        victim = next(pid for pid, command in processes_of(made).items() if "api.cli" in command)

        os.kill(victim, signal.SIGKILL)
        meanwhile = await status_of_numbers(made)
        await eventually(lambda: "worker_ended" in made.log(), within_s=10, otherwise=made.log)
        await eventually(lambda: states(made) == ["serving"] * 2, within_s=60, otherwise=made.log)

        assert meanwhile == HTTPStatus.OK
        assert victim not in processes_of(made)


async def status_of_numbers(made: Platform) -> int:
    """Ask; who is connected with a dead worker, or connects while the kernel takes its socket away, asks again."""
    async with within(5):
        while True:
            try:
                async with made.client.get("numbers") as response:
                    return response.status
            except ClientConnectionError:
                await asyncio.sleep(0.1)


async def test_a_busy_carrier_is_not_taken_for_a_flood_before_the_workers(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with workers(tmp_path, ports, database, shop) as made:
        asked = await asyncio.to_thread(flood, made.sip_port, "OPTIONS", per_s=1000, count=1000)
        async with phone("--dial", f"sip:{NUMBER}@127.0.0.1:{made.sip_port}") as one:
            await one.tells("answered", within_s=30)

    assert asked["sent"] == 1000


async def test_all_of_it_ends_when_the_command_is_told_to(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with workers(tmp_path, ports, database, shop) as made:
        started = processes_of(made)

        code = await made.end(signal.SIGTERM)

    assert code == 0
    assert len(started) == 3
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []
    assert set(states(made)) == {"stopped"}


def test_without_postgresql_it_says_what_to_do(tmp_path: Path, ports: Ports) -> None:
    made = prepared(tmp_path, ports)

    said = commands.output_of("serve", "--workers", "2", environment=made.environment)

    assert said.exit_code == 1
    assert "Workers share a database, which must be PostgreSQL: set TELEFOON_DATABASE_URL." in said.complained
