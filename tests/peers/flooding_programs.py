"""Programs behind media streams that send as fast as they are read, and one that says back what it hears.

python3 -m tests.peers.flooding_programs PORT

By the path of the stream: /floods, /echoes. Whoever is to be in time has a process of its own.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.peers.hostile_programs import media, message
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.raw_stream_server import CLOSE, TEXT, RawStream, frame, raw_stream_server


async def _floods(stream: RawStream, sid: str) -> None:
    """Sound in messages as programs send it, all of it right, and room made for more of it."""
    sound = (media(sid, bytes(160)) * 500 + message(sid, "clear")) * 4
    reading = asyncio.create_task(stream.read_to(CLOSE))
    while not reading.done():
        await stream.send(sound)
    await stream.send(frame(CLOSE, reading.result().content))


async def _echoes(stream: RawStream, sid: str) -> None:
    while (found := await stream.read_frame()).opcode != CLOSE:
        if found.opcode == TEXT and (said := json.loads(found.content))["event"] == "media":
            answer = {"event": "media", "streamSid": sid, "media": {"payload": said["media"]["payload"]}}
            await stream.send(frame(TEXT, json.dumps(answer).encode()))
    await stream.send(frame(CLOSE, found.content))


async def _behave(stream: RawStream) -> None:
    stream.accept()
    await stream.read_to(TEXT)
    sid = json.loads((await stream.read_to(TEXT)).content)["streamSid"]
    with suppress(ConnectionError):
        await (_floods if " /floods " in stream.head else _echoes)(stream, sid)


@asynccontextmanager
async def flooding_programs(ports: Ports) -> AsyncIterator[int]:
    """A process of them; its port."""
    port = ports.one()
    async with program("-m", "tests.peers.flooding_programs", str(port), serves_at=port):
        yield port


async def _serve(port: int) -> None:
    async with raw_stream_server(_behave, port=port):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
