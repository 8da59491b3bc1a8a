"""The programs in C, compiled and run: a server of many streams, and the loop than which nothing costs less."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from bench.children import ended, executed, output_of
from bench.scenario import Place
from tests.peers.waiting import eventually

_SOURCES: Final = Path(__file__).parent
_LISTENS_WITHIN_S: Final = 10.0


class Talking(StrEnum):
    """Whether a server says anything."""

    TALKS = "talk"
    HEARS = "hear"


class Wire(StrEnum):
    """What a server's frames hold: the JSON of Media Streams, or bare sound as Asterisk's chan_websocket has it."""

    JSON = "json"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class StreamServerProcess:
    """A server on loopback."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/media"


@dataclass(frozen=True, slots=True)
class LoopCost:
    """What the loop took: CPU, and how many messages it sent; it received as many where the server talks."""

    cpu_us: int
    messages: int

    @property
    def us_per_message(self) -> float:
        """The CPU of one that is sent, and of one received where there is one for each."""
        return self.cpu_us / self.messages


@asynccontextmanager
async def stream_server(
    place: Place, talking: Talking = Talking.TALKS, wire: Wire = Wire.JSON
) -> AsyncIterator[StreamServerProcess]:
    """A server that listens. Raises AssertionError where it does not come to that."""
    folder, port = place.fresh("stream-server"), place.ports.one()
    program = await _compiled(folder, "server", "-lcrypto")
    log = folder / "server.log"
    with log.open("wb") as sink:
        process = await executed(str(program), str(port), talking, wire, output=sink.fileno())
    try:
        await eventually(
            lambda: "ready" in log.read_text(), within_s=_LISTENS_WITHIN_S, otherwise=lambda: log.read_text()[-500:]
        )
        yield StreamServerProcess(process.pid, port)
    finally:
        await ended(process, signal.SIGTERM)


async def least_cost(place: Place, port: int, streams: int, seconds: int) -> LoopCost:
    """The loop with so many streams to a server, for so long."""
    program = await _compiled(place.fresh("stream-loop"), "loop")
    cpu_us, messages, _ = (await output_of(str(program), str(port), str(streams), str(seconds))).split()
    return LoopCost(int(cpu_us), int(messages))


async def _compiled(folder: Path, name: str, *libraries: str) -> Path:
    program = folder / name
    await output_of("cc", "-O2", "-o", str(program), str(_SOURCES / f"{name}.c"), *libraries)
    return program
