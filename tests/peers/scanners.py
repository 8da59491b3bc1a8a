"""Programs with which others look for SIP nodes to abuse: SIPVicious, sipsak, and SIPp as a careless caller."""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from scripts.progress import Progress
from scripts.scanners import LIBRARIES, PROGRAM, SIPSAK, SIPVICIOUS, SVMAP
from tests.peers.waiting import within


class Scanner(Enum):
    """A program, by the name that people call it."""

    SVMAP = "svmap"
    SVWAR = "svwar"
    SVCRACK = "svcrack"
    SIPSAK = "sipsak"
    SIPP = "SIPp"


@dataclass(frozen=True, slots=True)
class Scanned:
    """How it ended, and all that it has written."""

    exit_code: int
    told: str


async def scan(scanner: Scanner, arguments: Sequence[str], folder: Path, *, within_s: float = 60.0) -> Scanned:
    """Run it until it ends by itself. Files of its own go into the folder."""
    command, more = _started_by(scanner)
    process = await asyncio.create_subprocess_exec(
        *command,
        *arguments,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), **more},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with within(within_s):
            told, _ = await process.communicate()
    except TimeoutError:
        raise AssertionError(f"{scanner.value} {' '.join(arguments)} has not ended within {within_s:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None, "it was waited for"
    return Scanned(process.returncode, told.decode(errors="replace"))


@cache
def _started_by(scanner: Scanner) -> tuple[Sequence[str], dict[str, str]]:
    """The words of its command, and what its environment must have besides."""
    if scanner is Scanner.SIPP:
        return ("sipp",), {}
    if scanner is Scanner.SIPSAK:
        root = SIPSAK.made(Progress())
        return (str(root / PROGRAM),), {"LD_LIBRARY_PATH": str(next(root.glob(str(LIBRARIES))).parent)}
    module = next(SIPVICIOUS.made(Progress()).glob(str(SVMAP)))
    command = (sys.executable, "-W", "ignore", "-m", f"sipvicious.{scanner.value}")
    return command, {"PYTHONPATH": str(module.parents[1])}
