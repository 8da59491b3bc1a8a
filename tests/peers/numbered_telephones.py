"""The process of tests/peers/numbered_callers.py, started, told whom to speak to, and asked what it has counted."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.peers.g711 import Law
from tests.peers.program import program
from tests.peers.waiting import within


@dataclass(frozen=True, slots=True)
class Telephone:
    """Its law, that of what its program says, and how many ms after the far end's packets it sends its own, if so."""

    law: Law
    program_law: Law
    behind_ms: int | None = None

    def __str__(self) -> str:
        return f"{self.law.name}:{self.program_law.name}:{'' if self.behind_ms is None else self.behind_ms}"


@dataclass(slots=True)
class Telephones:
    """They are waiting at `ports`."""

    process: asyncio.subprocess.Process
    ports: list[int] = field(default_factory=list)

    def speak(self, number: int, port: int) -> None:
        """Have one speak to a port of loopback."""
        self._tell({"caller": number, "port": port})

    def press(self, number: int, key: str) -> None:
        """Have one press a key."""
        self._tell({"caller": number, "key": key})

    async def counts(self) -> list[dict[str, Any]]:
        """What each has counted; they end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        async with within(30):
            counted: list[dict[str, Any]] = json.loads(await self.process.stdout.read())
        return counted

    def _tell(self, order: dict[str, object]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")


@asynccontextmanager
async def telephones(wanted: Sequence[Telephone]) -> AsyncIterator[Telephones]:
    """They end with the context."""
    of_each = [str(each) for each in wanted]
    async with program("-m", "tests.peers.numbered_callers", *of_each, takes_input=True) as process:
        assert process.stdout is not None
        async with within(30):
            ports = json.loads(await process.stdout.readline())
        yield Telephones(process, ports)
