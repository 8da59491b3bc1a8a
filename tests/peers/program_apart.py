"""A program behind media streams (/media) and conversations by text (/talk) in a process of its own, to stop and kill.

python3 -m tests.peers.program_apart PORT FILE

It writes each message that it is sent into the file, as a line of JSON, and at the end of a connection the code of its
Close. Whoever speaks to it by text is told a sentence at the beginning.
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, TextIO

from aiohttp import WSMsgType, web

from tests.peers.program import program
from tests.peers.waiting import eventually

SENTENCE: Final = "Good morning."


@dataclass(slots=True)
class ProgramApart:
    """The process, which may be another one after a while, and what all of them were sent."""

    port: int
    folder: Path
    _runs: Any = field(default_factory=count)
    _files: list[Path] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A process of it runs inside; the one before must have ended."""
        self._files.append(self.folder / f"program-{next(self._runs)}.jsonl")
        command = ("-m", "tests.peers.program_apart", str(self.port), str(self._files[-1]))
        async with program(*command, serves_at=self.port) as self._process:
            try:
                yield
            finally:
                self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """Send it to the process, if that has not ended."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def killed(self) -> None:
        """The process ends without a word."""
        assert self._process is not None
        self.signal(signal.SIGKILL)
        await self._process.wait()

    def told(self, path: str, name: str, *, run: int | None = None) -> list[dict[str, Any]]:
        """What came in at a path: messages of an event or a type, of one process or all."""
        files = self._files if run is None else [self._files[run]]
        lines = [json.loads(line) for each in files for line in _whole_lines(each)]
        return [
            message for at, message in lines if at == path and name in (message.get("event"), message.get("type"))
        ]  # fmt: skip

    async def is_told(
        self, path: str, name: str, times: int = 1, *, run: int | None = None, within_s: float = 30.0
    ) -> list[dict[str, Any]]:
        """Wait until so many of these have come; all of them."""
        return await eventually(
            lambda: found if len(found := self.told(path, name, run=run)) >= times else None,
            within_s=within_s,
            otherwise=lambda: f"{times} of {name} at {path}; it was sent {self.told(path, name)}",
        )


def _whole_lines(file: Path) -> list[str]:
    """The lines that are written to their end so far."""
    text = file.read_text() if file.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


async def _take(request: web.Request, kept: TextIO) -> web.WebSocketResponse:
    def keep(message: dict[str, Any]) -> None:
        print(json.dumps([request.path, message]), file=kept, flush=True)

    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for frame in socket:
        if frame.type is WSMsgType.TEXT:
            message = json.loads(frame.data)
            keep(message)
            if message.get("type") == "setup":
                await socket.send_json({"type": "text", "token": SENTENCE, "last": True})
    keep({"event": "closed", "code": socket.close_code})
    return socket


def _serve(port: int, file: Path) -> None:
    with file.open("a") as kept:
        app = web.Application()
        app.router.add_get("/{path:media|talk|beside}", lambda request: _take(request, kept))
        web.run_app(app, host="127.0.0.1", port=port, print=None, shutdown_timeout=0.1)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]))
