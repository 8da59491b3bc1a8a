"""What is said to everybody in a conference, beside what they say."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from engine.errors import MediaError, SpeechError
from engine.live.speaker import Speaker
from engine.ports import MixedRoom, Speech
from engine.tasks import stopped

log = structlog.get_logger(__name__)


class Announcements:
    """Of one room; those under way end with it."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._tasks: set[asyncio.Task[None]] = set()

    def say(self, speech: Speech, mix: MixedRoom) -> None:
        """Begin to; a text that can't be spoken is left out."""
        self._begin(self._say(speech, mix))

    async def close(self) -> None:
        """End all."""
        for task in tuple(self._tasks):
            await stopped(task)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, speech: Speech, mix: MixedRoom) -> None:
        try:
            await self._speaker.say(speech, [mix.sink])
        except (SpeechError, MediaError) as error:
            log.warning("announcement_failed", reason=str(error))
