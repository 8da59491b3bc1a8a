"""What one participant hears while it is on hold, where somebody has ordered something else than our music."""

import asyncio

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import to_its_end
from engine.errors import DocumentError, MediaError, SpeechError, WebhookError
from engine.live.conference.announced_document import AnnouncedDocument

SHORTEST_S = 1.0
"""A round of a document that says nothing lasts so long, so that it is not asked for again and again at once."""


class OwnHoldMusic:
    """A document, heard again and again; our music where it can't be heard."""

    def __init__(self, document: AnnouncedDocument) -> None:
        self._document = document
        self._playing: asyncio.Task[None] | None = None

    async def play(self, *, playing: bool) -> None:
        """Let it be heard, or no longer."""
        if playing and self._playing is None:
            self._playing = started(self._play())
        elif not playing and self._playing is not None:
            task, self._playing = self._playing, None
            await stopped(task)

    async def _play(self) -> None:
        clock, member = self._document.clock, self._document.orderer
        try:
            while True:
                began_s = clock.monotonic()
                await self._document.sound([member.ear])
                await clock.sleep(max(SHORTEST_S - (clock.monotonic() - began_s), 0.0))
        except (DocumentError, WebhookError, MediaError, SpeechError) as error:
            member.session.journal.note_event("hold_music_failed", reason=str(error))
        await self._play_ours()

    async def _play_ours(self) -> None:
        member = self._document.orderer
        try:
            player = await self._document.speaker.hold_music([member.ear])
        except MediaError as error:
            member.session.journal.note_event("hold_music_failed", reason=str(error))
            return
        try:
            await Signal().wait()
        finally:
            await to_its_end(player.stop())
