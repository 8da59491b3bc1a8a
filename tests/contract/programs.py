"""Runs programs of customers to their end."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from tests.peers.waiting import within


async def printed(*command: str | Path, folder: Path, more: Mapping[str, str] | None = None) -> str:
    """What a program prints, which must end well."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        env={**os.environ, **(more or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with within(120):
        told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode()
