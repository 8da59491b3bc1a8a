"""A caller's speech as it arrives, until the utterance has ended or nothing more comes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tts.recognition.utterance import Utterance


@dataclass(slots=True, eq=False)
class ArrivingSpeech:
    """Fills an utterance with what arrives; `more` is set for whoever reads it, `over` once nothing more comes."""

    utterance: Utterance
    more: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    async def follow(self, pcm: AsyncIterator[bytes]) -> None:
        """Hear all of it, and no more than the utterance. Raises what `pcm` raises."""
        try:
            async for heard in pcm:
                self.utterance.hear(heard)
                self.more.set()
                if self.utterance.ended:
                    return
        finally:
            self.over = True
            self.more.set()
