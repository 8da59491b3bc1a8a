"""A TCP relay that keeps what the far end answers for some time, in order.

python -m tests.peers.slow_link HOST PORT TARGET_PORT SECONDS
"""

import asyncio
import sys
from contextlib import suppress
from typing import Final

_MOST_BYTES: Final = 65536


async def main(host: str, port: int, target_port: int, seconds: float) -> None:
    """Take connections at `port` for ever, and pass each on to `target_port` of the same host."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(host, target_port)
        async with asyncio.TaskGroup() as both:
            both.create_task(_pass_on(reader, forth, 0))
            both.create_task(_pass_on(back, writer, seconds))

    async with await asyncio.start_server(serve, host, port) as server:
        print("listening", flush=True)
        await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    kept: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def give() -> None:
        while True:
            due, said = await kept.get()
            await asyncio.sleep(due - loop.time())
            writer.write(said)
            if not said:
                writer.close()
                return

    async with asyncio.TaskGroup() as both:
        both.create_task(give())
        said = b"-"
        while said:
            said = b""
            with suppress(ConnectionError):
                said = await reader.read(_MOST_BYTES)
            kept.put_nowait((loop.time() + seconds, said))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
