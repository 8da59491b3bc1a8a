"""Programs that a measurement starts: they end with it, whatever happens to it."""

import asyncio
import signal
from collections.abc import Mapping
from typing import Final

from tests.peers.waiting import within

_UNTIL_WE_DIE: Final = ("setpriv", "--pdeathsig", "KILL")
_COMMAND_S: Final = 60.0
_STOP_S: Final = 20.0


async def executed(
    *command: str, output: int, environment: Mapping[str, str] | None = None, folder: str | None = None
) -> asyncio.subprocess.Process:
    """A program whose output and complaints go to a file descriptor; the kernel kills it when this process dies."""
    return await asyncio.create_subprocess_exec(
        *_UNTIL_WE_DIE, *command, env=environment, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=output,
        stderr=output,
    )  # fmt: skip


async def output_of(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """What a short command prints. Raises RuntimeError where it fails."""
    process = await asyncio.create_subprocess_exec(
        *_UNTIL_WE_DIE, *command, env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with within(_COMMAND_S):
            printed, complained = await process.communicate()
    finally:
        await ended(process, signal.SIGKILL)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {complained.decode(errors='replace')}")
    return printed.decode()


async def ended(process: asyncio.subprocess.Process, number: signal.Signals = signal.SIGTERM) -> None:
    """Signal it and wait for its end; killed if that takes long."""
    if process.returncode is not None:
        return
    process.send_signal(number)
    try:
        async with asyncio.timeout(_STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
