"""The demonstration's far end: the product's own test phone, in a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from engine.aio.tasks import started, stopped
from engine.errors import SetupError

_START_S: Final = 20.0
_STOP_S: Final = 10.0


@asynccontextmanager
async def phone(arguments: Sequence[str]) -> AsyncIterator[int]:
    """A running test phone; gives its SIP port. Raises SetupError if it does not start."""
    command = [sys.executable, "-m", "api.cli", "phone", "--port", "0", "--json", *arguments]
    # A session of its own: Ctrl-C is ours to take, and the phone ends after the server has hung up.
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        port = await _port(process)
        reading = started(_drain(process))
        try:
            yield port
        finally:
            await stopped(reading)
    finally:
        await _end(process)


async def _port(process: asyncio.subprocess.Process) -> int:
    try:
        async with asyncio.timeout(_START_S):
            async for line in _lines(process):
                event: dict[str, Any] = json.loads(line)
                if event["event"] == "listening":
                    return int(event["port"])
    except TimeoutError:
        raise SetupError(f"The test phone did not start within {_START_S:.0f} s.") from None
    _, errors = await process.communicate()
    raise SetupError(f"The test phone did not start: {errors.decode(errors='replace').strip()}")


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read what the phone tells, so that its pipe never fills up."""
    async for _ in _lines(process):
        pass


async def _lines(process: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    assert process.stdout is not None, "the phone's output is a pipe"
    async for line in process.stdout:
        yield line


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    with suppress(TimeoutError):
        async with asyncio.timeout(_STOP_S):
            await process.wait()
            return
    process.kill()
    await process.wait()
