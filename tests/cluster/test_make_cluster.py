"""`make cluster`: it serves, says what to try and what it says is so, and leaves nothing behind."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.peers.cuts import CHECKOUT
from tests.peers.phone import phone
from tests.peers.waiting import within

pytestmark = [pytest.mark.sip, pytest.mark.postgres, pytest.mark.processes]

CALLEE = "+3225550199"
BEAT_S = 3
"""Within this a node tells how many calls it has."""


@dataclass(frozen=True, slots=True)
class MadeCluster:
    """It serves, and has said so."""

    process: asyncio.subprocess.Process
    told: str

    def said(self, pattern: str) -> str:
        """The group of a pattern in what it has told."""
        found = re.search(pattern, self.told, re.MULTILINE)
        assert found is not None, self.told
        return found[1]

    async def says(self, pattern: str) -> str:
        """The next line of it that fits."""
        assert self.process.stdout is not None
        async with within(90):
            async for line in self.process.stdout:
                if re.search(pattern, line.decode()):
                    return line.decode()
        raise AssertionError("it has ended")

    async def ends(self, by: signal.Signals) -> int:
        """Its exit code."""
        self.process.send_signal(by)
        async with within(90):
            return await self.process.wait()


@asynccontextmanager
async def make_cluster() -> AsyncIterator[MadeCluster]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.cluster", cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    told = ""
    try:
        async with within(120):
            async for line in process.stdout:
                told += line.decode()
                if line.startswith(b"Ctrl-C"):
                    break
        yield MadeCluster(process, told)
    finally:
        if process.returncode is None:
            process.terminate()
            async with within(90):
                await process.wait()


def interfaces() -> set[str]:
    return {path.name for path in Path("/sys/class/net").iterdir()}


def processes_of(folder: str) -> list[str]:
    """Those that were started with, or work in, a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_text().replace("\0", " ") + str((process / "cwd").readlink())
        except OSError:
            continue
        if folder in told:
            found.append(told)
    return found


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
async def test_nothing_of_it_is_left_when_it_ends(by: signal.Signals) -> None:
    async with make_cluster() as made:
        folder, number = made.said(r"^logs +(\S+)$"), made.said(r"--host 198\.18\.(\d+)\.1 ")
        assert f"telefoon{number}" in interfaces()
        assert processes_of(folder)
        code = await made.ends(by)

    assert code == 0
    assert f"telefoon{number}" not in interfaces()
    assert folder not in Path("/proc/mounts").read_text()
    assert processes_of(folder) == []
    assert not Path(folder).exists()


async def test_a_call_goes_out_by_what_it_says_to_type() -> None:
    async with make_cluster() as made:
        host = made.said(r"phone --host (\S+) --port 5080$")
        ordering = made.said(r"^ +(curl .*/calls -d .*)$")
        async with phone("--host", host, port=5080) as callee:
            ordered = json.loads(await asyncio.to_thread(subprocess.check_output, ordering, shell=True))
            answered = await callee.tells("answered")

    assert ordered["to"] == CALLEE
    assert answered


async def test_calls_come_in_by_what_it_says_to_type_and_are_spread_over_the_nodes() -> None:
    async with make_cluster() as made:
        host, target = made.said(r"phone --host (\S+) --dial"), made.said(r"--dial (\S+)$")
        listing = made.said(r"^ +(TELEFOON_.* nodes list)$")
        async with phone("--host", host, "--dial", target) as one, phone("--host", host, "--dial", target) as other:
            await one.tells("answered", within_s=30)
            await other.tells("answered", within_s=30)
            await asyncio.sleep(BEAT_S)
            listed = json.loads(await asyncio.to_thread(subprocess.check_output, f"{listing} --json", shell=True))

    assert [(each["name"], each["calls"]) for each in listed] == [("node-1", 1), ("node-2", 1)]


async def test_a_killed_node_is_named_and_started_again() -> None:
    async with make_cluster() as made:
        os.kill(int(made.said(r"^ +kill -9 (\d+)$")), signal.SIGKILL)

        assert "node-1 has ended with code -9" in await made.says("has ended")
        assert "node-1 serves again" in await made.says("serves again")
