"""A caller who says what the test gives them to say, and keeps what was understood of it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from engine.ports.recognition import Understood
from tests.unit.tts.recognition.pool_by_hand import settled

Understand = Callable[[AsyncIterator[bytes]], AsyncGenerator[Understood, None]]


class CallerByHand:
    """Somebody who is listened to; `told` is what was understood so far."""

    def __init__(self, understand: Understand) -> None:
        self.told: list[Understood] = []
        self._said: asyncio.Queue[bytes] = asyncio.Queue()
        self.listening = asyncio.ensure_future(self._listen(understand))

    async def says(self, pcm: bytes) -> None:
        self._said.put_nowait(pcm)
        await settled()

    async def _listen(self, understand: Understand) -> None:
        async for each in understand(self._pcm()):
            self.told.append(each)

    async def _pcm(self) -> AsyncIterator[bytes]:
        while True:
            yield await self._said.get()
