"""Agents that are built with others' kits (scripts/agent_kits.py): each runs in its kit's interpreter, and prints."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from scripts.agent_kits import NAMED, AgentKit
from scripts.failure import SetupFailed
from scripts.progress import Progress
from tests.peers.platform import ACCOUNT, Platform
from tests.peers.program import program
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
