"""Runs a Python program of the documents, as its reader would, until the test is over."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.peers.waiting import within

_STARTS_WITHIN_S: Final = 60
_LOOK_AGAIN_S: Final = 0.05


@asynccontextmanager
async def program(
    *arguments: str,
    serves_at: int | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stderr: int | None = None,
    python: Path | None = None,
    takes_input: bool = False,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program, from when it takes connections at a port of loopback, if it serves; what it prints can be read.

    `python` is an interpreter of its own, if it needs what ours lacks. What it `takes_input` from is its `stdin`.
    """
    process = await asyncio.create_subprocess_exec(
        *(str(python or sys.executable), *arguments),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.PIPE if takes_input else None,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
    )
    try:
        async with within(_STARTS_WITHIN_S):
            while serves_at is not None and not await _takes_connections(serves_at):
                assert process.returncode is None, f"{arguments[0]} ended before it served"
                await asyncio.sleep(_LOOK_AGAIN_S)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _takes_connections(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
