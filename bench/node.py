"""Our side: `telefoon serve` of a checkout, executed as its users do, on a data folder of its own."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp

from bench.children import ended, executed, output_of
from bench.process import quiet
from bench.scenario import Place
from tests.peers.prompts import ENGINES

NUMBER: Final = "+3225550100"
ACCOUNT: Final = "bench"
_BASE_PATH: Final = "/v1/voice"
_RTP_PORTS: Final = 2400
_START_S: Final = 60.0
_POLL_S: Final = 0.1

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """A server that answers. `client` sends its key; paths count from the interface's base.

    `settings` are its own, with which commands are run beside it.
    """

    pid: int
    http_port: int
    sip_port: int
    client: aiohttp.ClientSession
    log: Path
    data: Path
    settings: Mapping[str, str]

    async def get(self, path: str, **query: str) -> Json:
        """The answer's body. Raises RuntimeError where it is refused."""
        async with self.client.get(path, params=query) as response:
            return await _body(response)

    async def post(self, path: str, body: object) -> Json:
        """The answer's body. Raises RuntimeError where it is refused."""
        async with self.client.post(path, json=body) as response:
            return await _body(response)


def environment(place: Place, folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Settings of a node that has the folder and free ports to itself, over what the machine has; its own win."""
    rtp_port = place.servers.take(_RTP_PORTS)
    (folder / "telefoon.toml").touch()
    given = {
        "HTTP_PORT": str(place.ports.one()),
        "SIP_PORT": str(place.ports.block(2)),
        "RTP_PORTS": f"{rtp_port}-{rtp_port + _RTP_PORTS - 1}",
        "DATA_DIR": str(folder / "var"),
        "CONFIG": str(folder / "telefoon.toml"),
        "EGRESS_ALLOW": "127.0.0.0/8",
        "TTS_ENGINES": json.dumps(ENGINES),
        **settings,
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("TELEFOON_")}
    return others | {f"TELEFOON_{name}": value for name, value in given.items()}


async def telefoon(place: Place, settings: Mapping[str, str], *arguments: str) -> str:
    """What a command of the checkout prints."""
    return await output_of(*_command(place), *arguments, environment=settings)


@asynccontextmanager
async def node(
    place: Place, settings: Mapping[str, str], number: Mapping[str, str] | None = None
) -> AsyncIterator[Node]:
    """A node that serves and has grown quiet, with NUMBER; `number` are its options, such as --url.

    `settings` are environment variables without their prefix.
    """
    folder = place.fresh("node")
    known = environment(place, folder, settings)
    key = (await telefoon(place, known, "keys", "create", "--account", ACCOUNT)).split()[-1]
    options = [each for name, value in (number or {}).items() for each in (name, value)]
    await telefoon(place, known, "numbers", "add", NUMBER, "--account", ACCOUNT, *options)
    async with served(place, known, folder, key) as one:
        await quiet(one.pid)
        yield one


@asynccontextmanager
async def served(place: Place, settings: Mapping[str, str], folder: Path, key: str) -> AsyncIterator[Node]:
    """`telefoon serve` on a folder that has been prepared."""
    log = folder / "serve.log"
    with log.open("wb") as sink:
        process = await executed(*_command(place), "serve", environment=settings, output=sink.fileno())
    http_port = int(settings["TELEFOON_HTTP_PORT"])
    address = f"http://127.0.0.1:{http_port}"
    try:
        async with aiohttp.ClientSession(f"{address}{_BASE_PATH}/", headers={"X-API-Key": key}) as client:
            await _answers(client, f"{address}/healthz", process, log)
            sip_port = int(settings["TELEFOON_SIP_PORT"])
            yield Node(process.pid, http_port, sip_port, client, log, folder / "var", settings)
    finally:
        await ended(process, signal.SIGINT)  # which waits for no call


def complaints_of(log: Path, most: int = 20) -> str:
    """The last warnings and errors that a node has written, a line each."""
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join([each for each in lines if "[warning" in each or "[error" in each][-most:])


async def _answers(client: aiohttp.ClientSession, url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    try:
        async with asyncio.timeout(_START_S):
            while process.returncode is None:
                try:
                    async with client.get(url):
                        return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(_POLL_S)
    except TimeoutError:
        pass  # told as any other end of it
    told = await asyncio.to_thread(log.read_text, errors="replace")
    raise RuntimeError(f"telefoon serve does not answer: {told[-1000:]}")


def _command(place: Place) -> tuple[str, ...]:
    return (str(place.checkout / ".venv" / "bin" / "telefoon"),)


async def _body(response: aiohttp.ClientResponse) -> Json:
    answer: Json = await response.json()
    if not response.ok:
        raise RuntimeError(f"{response.status} {answer}")
    return answer
