"""The product's test phone as a far end, in a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.peers.waiting import eventually

_STOP_S: Final = 15.0

Json = dict[str, Any]


@dataclass(slots=True)
class PhonePeer:
    """A running phone and all that it told."""

    port: int
    told: list[Json] = field(default_factory=list)

    async def tells(self, kind: str, *, within_s: float = 15.0, times: int = 1) -> Json:
        """The event of this kind that came as number `times`, as soon as it has."""

        def look() -> Json | None:
            found = [event for event in self.told if event["event"] == kind]
            return found[times - 1] if len(found) >= times else None

        return await eventually(look, within_s=within_s, otherwise=lambda: f"{kind}; the phone told {self.told}")

    @property
    def digits(self) -> str:
        """The keys that it heard."""
        return "".join(event["digit"] for event in self.told if event["event"] == "digit")


@asynccontextmanager
async def phone(*options: str, port: int = 0) -> AsyncIterator[PhonePeer]:
    """A phone that does as its options say; on leaving, its calls are hung up and its recordings closed."""
    command = [sys.executable, "-m", "api.cli", "phone", "--port", str(port), "--json", *options]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    peer = PhonePeer(0)
    reading = asyncio.create_task(_read(process, peer))
    try:
        peer.port = (await peer.tells("listening", within_s=30))["port"]
        yield peer
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(_STOP_S):
            await process.wait()
            await reading


async def _read(process: asyncio.subprocess.Process, peer: PhonePeer) -> None:
    assert process.stdout is not None, "a pipe was asked for"
    async for line in process.stdout:
        peer.told.append(json.loads(line))
