"""The product's test phone as a far end, in a process of its own."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.peers import commands
from tests.peers.waiting import eventually, within
from tests.running.once import run_folder

_STOP_S: Final = 15.0
_STDERR: Final = 2
"""pytest keeps what comes here, and shows it where a test fails."""

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
async def phone(*options: str, port: int = 0, machine: Mapping[str, str] | None = None) -> AsyncIterator[PhonePeer]:
    """A phone that does as its options say; on leaving, its calls are hung up and its recordings closed.

    `machine` is added to the environment: what its machine is like (tests/peers/preloaded.py).
    """
    printed, writing = os.pipe()
    # One that is killed leaves its scratch folder, which then goes with the run's.
    environment = {**os.environ, "TMPDIR": str(run_folder()), **(machine or {})}
    process = await commands.start(
        "phone", "--port", str(port), "--json", *options, stdout=writing, stderr=_STDERR, environment=environment
    )
    os.close(writing)
    peer = PhonePeer(0)
    reading = asyncio.create_task(_read(printed, peer))
    try:
        peer.port = (await peer.tells("listening", within_s=30))["port"]
        yield peer
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with within(_STOP_S):
            await process.wait()
            await reading


async def _read(printed: int, peer: PhonePeer) -> None:
    lines = asyncio.StreamReader()
    with os.fdopen(printed, "rb") as pipe:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), pipe)
        async for line in lines:
            peer.told.append(json.loads(line))
        transport.close()
