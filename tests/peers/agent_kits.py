"""Agents that are built with others' kits (scripts/agent_kits.py): each runs in its kit's interpreter, and prints."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scripts.agent_kits import AGENT_CONNECT, NAMED, AgentKit
from scripts.failure import SetupFailed
from scripts.progress import Progress
from tests.peers.audio import Sound
from tests.peers.certificates import make_pems
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.platform import ACCOUNT, Platform, platform
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.spoken import said
from tests.peers.waiting import eventually


@dataclass(slots=True)
class KitAgent:
    """A running agent, and the lines that it has printed so far."""

    process: asyncio.subprocess.Process
    told: list[str] = field(default_factory=list)

    async def go_on(self) -> None:
        """Let it go on, where it waits for a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()

    def lines(self, *beginnings: str) -> list[str]:
        """The lines that begin so, in order."""
        return [each for each in self.told if each.startswith(beginnings)]

    async def tells(self, beginning: str, *, times: int = 1, within_s: float = 60.0) -> str:
        """The line that begins so and came as number `times`, as soon as it has."""
        return await eventually(
            lambda: found[times - 1] if len(found := self.lines(beginning)) >= times else None,
            within_s=within_s,
            otherwise=lambda: f"{beginning!r}; the agent told {self.told}",
        )

    async def keep(self) -> None:
        """Keep each line, until there are no more."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.told.append(line.decode().rstrip("\n"))


def credentials(telefoon: Platform) -> dict[str, str]:
    """What a kit knows of its account here, and of us in place of the cloud."""
    account = json.loads(telefoon.telefoon("accounts", "list", "--json"))[0]["id"]
    secret = telefoon.telefoon("accounts", "secret", ACCOUNT).split()[-1]
    return {"ACCOUNT_SID": account, "AUTH_TOKEN": secret, "SERVER": telefoon.address, "TAC_ANALYTICS_DISABLED": "true"}


@asynccontextmanager
async def kit_agent(
    kit: AgentKit, *arguments: str, knows: Mapping[str, str], serves_at: int | None = None
) -> AsyncIterator[KitAgent]:
    """A program of tests/product/agent_kits in its kit, from when it serves; skips where no packages can be had.

    `knows` is added to its environment. On leaving it is killed: a kit's own server waits for what is still open.
    """
    try:
        python = await asyncio.to_thread(kit.python, Progress())
    except SetupFailed as failed:
        pytest.skip(str(failed))
    environment = os.environ | knows
    async with program(
        *arguments, folder=NAMED, serves_at=serves_at, environment=environment, python=python, takes_input=True
    ) as process:
        agent = KitAgent(process)
        keeping = asyncio.create_task(agent.keep())
        try:
            yield agent
        finally:
            if process.returncode is None:
                process.kill()
            await keeping


@dataclass(frozen=True, slots=True)
class EchoingKit:
    """A platform whose callers are connected to the echoing agent of twilio-agent-connect, and what they may say."""

    telefoon: Platform
    agent: KitAgent
    question: Sound
    wish: Sound
    """To talk to a person: that agent then hands over."""


@asynccontextmanager
async def echoing_kit(
    folder: Path, ports: Ports, settings: Mapping[str, str] | None = None
) -> AsyncIterator[EchoingKit]:
    """A platform with that agent, which serves by TLS and checks what we sign."""
    port, pems = ports.one(), make_pems(folder / "kit", days=30)
    number = {"--url": f"https://127.0.0.1:{port}/twiml", **NUMBER_ASKS_NOBODY}
    understands, machine = {**(settings or {}), "RECOGNIZER": "whisper"}, {"SSL_CERT_FILE": str(pems.ca)}
    async with platform(folder, ports, understands, number=number, machine=machine) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "the bakery")
        knows = await asyncio.to_thread(credentials, telefoon)
        question = await asyncio.to_thread(said, telefoon, folder, "question", "Are you open today?")
        wish = await asyncio.to_thread(said, telefoon, folder, "wish", "I want to talk to a person.")
        echo = ("connect_echo.py", "--port", str(port), "--certificate", str(pems.certificate), "--key", str(pems.key))
        async with kit_agent(AGENT_CONNECT, *echo, knows=knows, serves_at=port) as agent:
            yield EchoingKit(telefoon, agent, question, wish)
