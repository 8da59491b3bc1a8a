"""Programs that lie, flood, hang and break off on the streams of calls, each connection in another way.

python3 -m tests.peers.hostile_programs PORT FILE

They are in a process of their own, since floods leave nobody else in theirs any time. The name of each thing that a
connection has met is written into the file, a line each.
"""

import asyncio
import base64
import itertools
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from tests.peers.program import program
from tests.peers.raw_stream_server import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    RawStream,
    frame,
    masked,
    raw_stream_server,
)

_STAYS_S: Final = 1.0
_FLOODS_S: Final = 3.0
_SILENT_S: Final = 15.0
"""Longer than anybody has patience."""

Misdeed = Callable[[RawStream, str], Awaitable[None]]
"""What a program does on a stream that it has begun in order, by the stream's identifier."""


def message(sid: str, event: str, **members: object) -> bytes:
    """A message as a program may send it, in its frame."""
    return frame(TEXT, json.dumps({"event": event, "streamSid": sid, **members}).encode())


def media(sid: str, sound: bytes) -> bytes:
    """Sound as a program may send it."""
    return message(sid, "media", media={"payload": base64.b64encode(sound).decode()})


def _sends(*made: Callable[[str], bytes]) -> Misdeed:
    """Sends these, and closes in order a second later."""

    async def misdeed(stream: RawStream, sid: str) -> None:
        for each in made:
            await stream.send(each(sid))
        await _stays(stream, _STAYS_S)
        await stream.send(frame(CLOSE, b"\x03\xe8"))
        await _stays(stream, _STAYS_S)

    return misdeed


def _floods(made: Callable[[str], bytes], *, reads: bool) -> Misdeed:
    """Sends this again and again, as fast as it is taken, and reads all that comes or nothing."""

    async def misdeed(stream: RawStream, sid: str) -> None:
        reading = asyncio.create_task(_stays(stream, _FLOODS_S)) if reads else None
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(_FLOODS_S):
                while True:
                    await stream.send(made(sid))
        if reading is not None:
            await reading

    return misdeed


async def _stays(stream: RawStream, seconds: float) -> None:
    """Read, to no purpose."""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(seconds):
            while await stream.reader.read(64 * 1024):
                pass


async def _hangs(stream: RawStream, sid: str) -> None:
    del stream, sid
    await asyncio.sleep(_SILENT_S)


async def _reads_a_byte_a_while(stream: RawStream, sid: str) -> None:
    del sid
    for _ in range(round(_FLOODS_S / 0.1)):
        await stream.reader.read(1)
        await asyncio.sleep(0.1)


async def _sends_a_byte_a_while(stream: RawStream, sid: str) -> None:
    for byte in message(sid, "clear")[:30]:
        await stream.send(bytes([byte]))
        await asyncio.sleep(0.1)


async def _breaks_off(stream: RawStream, sid: str) -> None:
    del sid
    await stream.send(frame(BINARY, b"begun", length=1000))
    stream.writer.transport.abort()


def _mark(name: str) -> Callable[[str], bytes]:
    return lambda sid: message(sid, "mark", mark={"name": name})


def _as_it_is(sent: bytes) -> Callable[[str], bytes]:
    return lambda _: sent


MISDEEDS: Final[Mapping[str, Misdeed]] = {
    "no JSON": _sends(_as_it_is(frame(TEXT, b"so much for JSON") * 50)),
    "wrong base64": _sends(lambda sid: message(sid, "media", media={"payload": "no base64"}) * 50),
    "odd bytes": _sends(lambda sid: media(sid, b"123") * 50),
    "unknown event": _sends(lambda sid: message(sid, "dance \N{MUSICAL SYMBOL G CLEF}" * 9) * 50),
    "foreign stream": _sends(lambda _: message("MZ1", "clear") * 50),
    "a megabyte": _sends(lambda sid: media(sid, bytes(750_000))),
    "ten hours": _floods(lambda sid: media(sid, bytes(60 * 8000)), reads=True),
    "a hundred thousand marks": _floods(lambda sid: _mark("m")(sid) * 1000, reads=True),
    "marks for nobody": _floods(lambda sid: _mark("m")(sid) * 1000, reads=False),
    "marks that are cleared": _floods(
        lambda sid: media(sid, bytes(16000)) + _mark("m")(sid) * 1000 + message(sid, "clear"), reads=True
    ),
    "a long mark": _sends(lambda sid: _mark("x" * 10_000)(sid) * 50),
    "binary": _sends(_as_it_is(frame(BINARY, bytes(320)) * 50)),
    "a gigabyte claimed": _sends(_as_it_is(frame(TEXT, b"", length=1 << 30))),
    "fragments": _floods(
        lambda sid: frame(TEXT, _mark("m")(sid)[2:3], final=False) + frame(0, b"", final=False) * 1000 + frame(0),
        reads=True,
    ),
    "a ping in pieces": _sends(_as_it_is(frame(PING, b"hi", final=False))),
    "compressed": _sends(_as_it_is(frame(TEXT, b"{}", reserved=4))),
    "masked": _sends(_as_it_is(masked(TEXT, b"{}"))),
    "no UTF-8": _sends(_as_it_is(frame(TEXT, b"\xc3\x28"))),
    "pings": _floods(_as_it_is(frame(PING, b"x" * 125) * 500), reads=True),
    "pings for nobody": _floods(_as_it_is(frame(PING, b"x" * 125) * 500), reads=False),
    "a reason of nothing": _sends(_as_it_is(frame(CLOSE, b"\x03\xf3\x00\r\n\x7f"))),
    "hangs": _hangs,
    "reads a byte a while": _reads_a_byte_a_while,
    "sends a byte a while": _sends_a_byte_a_while,
    "breaks off": _breaks_off,
}
"""What programs do wrongly behind a handshake that is right."""

ANSWERS: Final[Mapping[str, bytes]] = {
    "moved": b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "unauthorized": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    "broken": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    "babble": b"\x00\x01\x02garbage\r\n\r\n",
    "endless": b"HTTP/1.1 101 " + b"x" * 20_000,
    "none": b"",
}
"""What servers answer that are none."""


@asynccontextmanager
async def hostile_programs(port: int, folder: Path) -> AsyncIterator[Path]:
    """All of them at this port, one after the other, and again; the file with what each connection has met so far."""
    met = folder / "met"
    async with program("-m", "tests.peers.hostile_programs", str(port), str(met), serves_at=port):
        yield met


async def _serve(port: int, met: TextIO) -> None:
    turns = itertools.cycle((*MISDEEDS, *ANSWERS))

    async def behave(stream: RawStream) -> None:
        name = next(turns)
        print(name, file=met, flush=True)
        if name in ANSWERS:
            await stream.send(ANSWERS[name])
            return
        stream.accept()
        await stream.read_to(TEXT)
        start = json.loads((await stream.read_to(TEXT)).content)
        await MISDEEDS[name](stream, start["streamSid"])

    async with raw_stream_server(behave, port=port):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    with Path(sys.argv[2]).open("w") as kept:
        asyncio.run(_serve(int(sys.argv[1]), kept))
