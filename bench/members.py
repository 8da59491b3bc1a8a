"""SIPp as people in conferences: they come, talk or keep silent, and stay until they are sent away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.peers.audio import tone
from tests.peers.g711 import PCMA
from tests.peers.ports import Ports

PER_SECOND: Final = 20
_SCENARIO: Final = Path(__file__).with_name("scenarios") / "member.xml"
_VOICE_HZ: Final = 440
_VOICE_S: Final = 2.0
_QUIET: Final = b"\xd5" * 16000
_FIRST_MEDIA_PORT: Final = 33000


@dataclass(frozen=True, slots=True)
class Members:
    """`numbers` are the callers' numbers, one a member; the last two digits are the room's."""

    numbers: Sequence[str]
    talking: bool


def members_of(rooms: int, per_room: int, talkers: int) -> tuple[Members, Members]:
    """Those who talk, `talkers` a room, and those who keep silent."""
    numbers = [[f"+32255{seat:03}{room:02}" for seat in range(per_room)] for room in range(rooms)]
    return (
        Members([number for room in numbers for number in room[:talkers]], talking=True),
        Members([number for room in numbers for number in room[talkers:]], talking=False),
    )


@asynccontextmanager
async def present(members: Members, number: str, sip_port: int, folder: Path, ports: Ports) -> AsyncIterator[None]:
    """Let them call `number` at a user agent on loopback; inside, all have been placed and some may still ring."""
    if not members.numbers:
        yield
        return
    await asyncio.to_thread(_prepare, folder, members)
    first = _FIRST_MEDIA_PORT if members.talking else _FIRST_MEDIA_PORT + 2000
    command = [
        "sipp", "-sf", str(_SCENARIO), "-inf", "numbers.csv", "-s", number, f"127.0.0.1:{sip_port}",
        "-i", "127.0.0.1", "-p", str(ports.one()), "-mp", str(first),
        "-m", str(len(members.numbers)), "-r", str(PER_SECOND), "-l", str(len(members.numbers)), "-nostdin",
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await asyncio.sleep(len(members.numbers) / PER_SECOND)
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _prepare(folder: Path, members: Members) -> None:
    folder.mkdir()
    voice = PCMA.encode(tone(_VOICE_HZ, _VOICE_S).pcm) if members.talking else _QUIET
    (folder / "voice.alaw").write_bytes(voice)
    (folder / "numbers.csv").write_text("\n".join(["SEQUENTIAL", *members.numbers]) + "\n")
