"""Announcements to everybody in a room: tones, names, sentences, one after the other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from engine.aio.tasks import started, stopped
from engine.errors import DocumentError, MediaError, SpeechError, WebhookError
from engine.ports import Sink

Sounding = Callable[[Sequence[Sink]], Awaitable[None]]
"""Plays something to its end. Raises SpeechError, MediaError, WebhookError, DocumentError."""

_PATIENCE: Final = 3
_CUT_OFF: Final = "The conference ended before it was over."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Announcement:
    sounds: Sequence[Sounding]
    on_end: Callable[[str | None], Awaitable[None]] | None


class Announcements:
    """Says texts and plays files to all in one conference, until it ends; `to` is where they hear."""

    def __init__(self, to: Callable[[], Sequence[Sink]]) -> None:
        self._to = to
        self._waiting: deque[_Announcement] = deque()
        self._speaking: asyncio.Task[None] | None = None

    @property
    def crowded(self) -> bool:
        """So much waits to be said that comings and goings are better left out."""
        return len(self._waiting) >= _PATIENCE

    def begin(self, *sounds: Sounding, on_end: Callable[[str | None], Awaitable[None]] | None = None) -> None:
        """Play behind what waits. `on_end` is given why it failed, or None when all was heard."""
        self._waiting.append(_Announcement(sounds, on_end))
        if self._speaking is None or self._speaking.done():
            self._speaking = started(self._speak())

    async def close(self) -> None:
        """End all; those who wait for an end are told."""
        if self._speaking is not None:
            await stopped(self._speaking)
        while self._waiting:
            await _tell_end(self._waiting.popleft(), _CUT_OFF)

    async def _speak(self) -> None:
        while self._waiting:
            announcement = self._waiting.popleft()
            failure: str | None = _CUT_OFF
            try:
                for sound in announcement.sounds:
                    await sound(self._to())
                failure = None
            except (SpeechError, MediaError, WebhookError, DocumentError) as error:
                failure = str(error)
                log.warning("announcement_failed", reason=failure)
            finally:
                await _tell_end(announcement, failure)


async def _tell_end(announcement: _Announcement, failure: str | None) -> None:
    if announcement.on_end is not None:
        await announcement.on_end(failure)
