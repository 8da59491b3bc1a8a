"""One recording under way: its sources, its pauses, its end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from engine.ports import Bridge, Heard, LegId, Recorder, Said, Source
from engine.recording import Recording
from engine.tape.writer import TapeWriter

Close = Callable[["ActiveRecording", str | None], Awaitable[Recording]]


class ActiveRecording:
    """A recording under way. Where sources are cut off it goes on with silence, so that its times stay true."""

    def __init__(
        self,
        row: Recording,
        recorder: Recorder,
        writer: TapeWriter,
        bridge: Bridge,
        tracks: Sequence[Sequence[Source]],
        started_s: float,
        close: Close,
    ) -> None:
        self.row = row
        self.recorder = recorder
        self.writer = writer
        self.started_s = started_s
        self._bridge = bridge
        self._sources = [(source, number) for number, sources in enumerate(tracks) for source in sources]
        self._hushed: set[LegId] = set()
        self._paused = False
        self._close = close
        self._closing: asyncio.Future[Recording] | None = None

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def is_open(self) -> bool:
        return self._closing is None

    async def add(self, source: Source, *, track: int) -> None:
        """Record one more, on the channel `track`, counted from 0; nothing if it is there."""
        if (source, track) not in self._sources:
            self._sources.append((source, track))
            if self._is_audible(source):
                await self._bridge.connect(source, self.recorder.tracks[track])

    async def pause(self, *, paused: bool) -> None:
        """Silence from now on, or sound again."""
        await self._change(lambda: setattr(self, "_paused", paused))

    async def hush(self, leg: LegId, *, hushed: bool) -> None:
        """Silence in place of what a leg says and hears, or sound again."""
        await self._change(lambda: self._hushed.add(leg) if hushed else self._hushed.discard(leg))

    async def stop(self, error: str | None = None) -> Recording:
        """Close it and give its final row; `error` says why it ended early. Safe to repeat, and to cancel."""
        return await asyncio.shield(self.end_soon(error))

    def end_soon(self, error: str | None = None) -> asyncio.Future[Recording]:
        """As `stop`, without waiting for it."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close(self, error))
        return self._closing

    async def _change(self, change: Callable[[], None]) -> None:
        before = {each for each in self._sources if self._is_audible(each[0])}
        change()
        after = {each for each in self._sources if self._is_audible(each[0])}
        if not self.is_open:
            return
        for source, track in before - after:
            await self._bridge.disconnect(source, self.recorder.tracks[track])
        for source, track in after - before:
            await self._bridge.connect(source, self.recorder.tracks[track])

    def _is_audible(self, source: Source) -> bool:
        return not self._paused and not (isinstance(source, Said | Heard) and source.leg in self._hushed)
