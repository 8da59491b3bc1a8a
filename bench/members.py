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
_STREAM: Final = '<nop><action><exec rtp_stream="[stream]"/></action></nop>'
_SCENARIO: Final = Path(__file__).with_name("scenarios") / "member.xml"
_VOICE_HZ: Final = 440
_VOICE_S: Final = 2.0
_QUIET_BYTES: Final = 16000
_FIRST_MEDIA_PORT: Final = 33000


@dataclass(frozen=True, slots=True)
class Codec:
    """What a member offers. SIPp plays a file of its bytes only where they come at 8000 a second."""

    payload_type: int
    encoding: str
    quiet: bytes = b""
    """A byte of silence; empty if it can't be played: such a member sends nothing."""


A_LAW: Final = Codec(8, "PCMA/8000", b"\xd5")
G722: Final = Codec(9, "G722/8000", b"\xfa")
OPUS: Final = Codec(96, "opus/48000/2")


@dataclass(frozen=True, slots=True)
class Members:
    """`numbers` are the callers' numbers, one a member; the last two digits are the room's."""

    numbers: Sequence[str]
    talking: bool
    codec: Codec = A_LAW


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
        "sipp", "-sf", "member.xml", "-inf", "numbers.csv", "-s", number, f"127.0.0.1:{sip_port}",
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
    codec = members.codec
    voice = PCMA.encode(tone(_VOICE_HZ, _VOICE_S).pcm) if members.talking else codec.quiet * _QUIET_BYTES
    (folder / "voice.raw").write_bytes(voice)
    script = _SCENARIO.read_text() if voice else _SCENARIO.read_text().replace(_STREAM, "")
    known = {"payload_type": str(codec.payload_type), "encoding": codec.encoding}
    for name, value in (known | {"stream": f"voice.raw,-1,{codec.payload_type}"}).items():
        script = script.replace(f"[{name}]", value)
    (folder / "member.xml").write_text(script)
    (folder / "numbers.csv").write_text("\n".join(["SEQUENTIAL", *members.numbers]) + "\n")
