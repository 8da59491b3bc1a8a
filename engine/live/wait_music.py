"""Wait music: what is played to somebody who waits, music or a document of the customer's, again and again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.aio.waits import to_its_end
from engine.errors import DocumentError, FlowFailed, LegGone, MediaError, WebhookError
from engine.flow.call_actions import Waiting
from engine.live.session.session import Session
from engine.live.speaker import Speaker
from engine.ports import Ear

WaitParams = Callable[[], Awaitable[Mapping[str, str]]]
"""What the document of somebody who waits is told, as it is then."""


async def nothing_told() -> Mapping[str, str]:
    """Nothing is told: there is music alone."""
    return {}


class WaitMusic:
    """Plays to one call that waits. `left` is set when its document leaves the queue."""

    def __init__(self, session: Session, speaker: Speaker) -> None:
        self._session = session
        self._speaker = speaker
        self.left = Signal()

    @asynccontextmanager
    async def with_(
        self,
        waiting: Waiting | None,
        params: WaitParams,
        *,
        until: Signal,
        music: bool = False,
    ) -> AsyncIterator[None]:
        """Inside, it is heard until `until` is set; without a document, `music` or nothing."""
        tasks = [started(self._perform(waiting, params))] if waiting else []
        if music and not waiting:
            tasks.append(started(self._music()))
        ending = started(_stop_at(until, tasks))
        try:
            yield
        finally:
            for task in (ending, *tasks):
                await stopped(task)

    async def _perform(self, waiting: Waiting, params: WaitParams) -> None:
        try:
            while not await waiting(await params()):
                pass
        except LegGone:
            return
        except (WebhookError, DocumentError, FlowFailed) as error:
            self._session.journal.note_event("waiting_failed", reason=str(error))
            await self._music()
        else:
            self.left.set()

    async def _music(self) -> None:
        try:
            player = await self._speaker.hold_music([Ear(self._session.leg.id)])
        except (MediaError, LegGone) as error:
            self._session.journal.note_event("hold_music_failed", reason=str(error))
            return
        try:
            await Signal().wait()
        finally:
            await to_its_end(player.stop())


async def _stop_at(until: Signal, tasks: list[asyncio.Task[None]]) -> None:
    await until.wait()
    for task in tasks:
        await stopped(task)
