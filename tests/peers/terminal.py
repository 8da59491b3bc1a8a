"""A shell in which a reader of docs types commands."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tests.peers.account import outside
from tests.peers.ports import Ports
from tests.peers.waiting import within

STARTS_WITHIN_S: Final = 60
ENDS_WITHIN_S: Final = 60
_RTP_PORTS: Final = 100


@dataclass(frozen=True, slots=True)
class FreePorts:
    """Ports of this machine for a node that pages have their reader start, and for the program behind it."""

    http: int
    web: int
    sip: int
    rtp: int

    @classmethod
    def of(cls, ports: Ports) -> Self:
        return cls(ports.one(), ports.one(), ports.block(2), ports.block(_RTP_PORTS))

    @property
    def settings(self) -> Mapping[str, str]:
        """Where the node listens, as its environment says it."""
        return {
            "TELEFOON_HTTP_PORT": str(self.http),
            "TELEFOON_SIP_PORT": str(self.sip),
            "TELEFOON_RTP_PORTS": f"{self.rtp}-{self.rtp + _RTP_PORTS - 1}",
        }


class Terminal:
    """Runs commands in a folder as its reader's shell does."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = outside() | dict(settings) | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    async def type(self, command: str) -> str:
        """What a command prints, which must end with 0. What it exports counts for the next one."""
        process = await self._started(f"set -eo pipefail\n{command}\nenv -0 > .environment", asyncio.subprocess.PIPE)
        async with within(ENDS_WITHIN_S):
            output, _ = await process.communicate()
        assert process.returncode == 0, f"{command}: {output.decode()}"
        variables = (self._folder / ".environment").read_bytes().decode().split("\0")
        self._environment = dict(each.split("=", 1) for each in variables if "=" in each)
        return output.decode()

    @asynccontextmanager
    async def serving(self, command: str, says: str) -> AsyncIterator[None]:
        """A command that serves, from when it has said so until Ctrl-C."""
        log = self._folder / "serving.log"
        with log.open("wb") as file:
            process = await self._started(f"export {command.replace(' telefoon', '; exec telefoon')}", file.fileno())
        try:
            async with within(STARTS_WITHIN_S):
                while says not in log.read_text(errors="replace"):
                    assert process.returncode is None, log.read_text()
                    await asyncio.sleep(0.05)
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            async with within(ENDS_WITHIN_S):
                await process.wait()

    async def _started(self, script: str, output: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            script,
            cwd=self._folder,
            env=self._environment,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )
