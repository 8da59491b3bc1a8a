"""SIPp as a crowd of callers, and what it measured."""

import asyncio
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.peers.audio import tone
from tests.peers.g711 import PCMA
from tests.peers.ports import Ports

_SCENARIO: Final = Path(__file__).with_name("scenarios") / "caller.xml"
_VOICE_HZ: Final = 440
_VOICE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """`calls` calls to `number`, `per_second` of them begun each second."""

    number: str
    calls: int
    per_second: int
    longest_s: int = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the calls went; set-up times in ms from INVITE to 200."""

    succeeded: int
    failed: int
    setup_ms: tuple[float, ...]


async def call(crowd: Crowd, sip_port: int, folder: Path, ports: Ports) -> Outcome:
    """Place the calls at a user agent on loopback and wait for their end."""
    (folder / "voice.alaw").write_bytes(PCMA.encode(tone(_VOICE_HZ, _VOICE_S).pcm))
    command = [
        "sipp", "-sf", str(_SCENARIO), "-s", crowd.number, f"127.0.0.1:{sip_port}",
        "-i", "127.0.0.1", "-p", str(ports.one()),
        "-m", str(crowd.calls), "-r", str(crowd.per_second), "-l", str(crowd.calls),
        "-timeout", str(crowd.longest_s), "-timeout_error", "-nostdin",
        "-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_rtt", "-rtt_freq", "1",
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(crowd.longest_s + 10):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if not (folder / "stat.csv").exists():
        raise RuntimeError(f"SIPp did not start: {errors.decode(errors='replace')}")
    return _read(folder)


def fresh(folder: Path, name: str) -> Path:
    """A new folder within, for what one crowd leaves."""
    made = folder / name
    made.mkdir()
    return made


def _read(folder: Path) -> Outcome:
    rows = list(csv.DictReader((folder / "stat.csv").read_text().splitlines(), delimiter=";"))
    last = rows[-1]
    setup: list[float] = []
    for path in folder.glob("*_rtt.csv"):
        rows_of_call = csv.reader(path.read_text().splitlines()[1:], delimiter=";")
        setup += [float(row[1]) for row in rows_of_call]
    return Outcome(int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), tuple(setup))
