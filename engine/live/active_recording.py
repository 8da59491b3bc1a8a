"""One recording under way: its sources, its pauses, its end."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Sequence

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
        withheld: Container[Source] = frozenset(),
    ) -> None:
        self.row = row
        self.recorder = recorder
        self.writer = writer
        self.started_s = started_s
        self._bridge = bridge
        self._sources = [(source, number) for number, sources in enumerate(tracks) for source in sources]
        self._withheld = withheld
        self._connected = {each for each in self._sources if each[0] not in withheld}
        self._arranging = asyncio.Lock()
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

    def holds(self, source: Source) -> bool:
        """Whether it records this one, audible now or not."""
        return any(each == source for each, _ in self._sources)

    async def add(self, source: Source, *, track: int) -> None:
        """Record one more, on the channel `track`, counted from 0; nothing if it is there."""
        if (source, track) not in self._sources:
            self._sources.append((source, track))
            await self.arrange()

    async def only(self, sources: Sequence[Source]) -> None:
        """Record these and no others, on the first channel."""
        self._sources = [(source, 0) for source in sources]
        await self.arrange()

    async def pause(self, *, paused: bool) -> None:
        """Silence from now on, or sound again."""
        self._paused = paused
        await self.arrange()

    async def hush(self, leg: LegId, *, hushed: bool) -> None:
        """Silence in place of what a leg says and hears, or sound again."""
        (self._hushed.add if hushed else self._hushed.discard)(leg)
        await self.arrange()

    async def stop(self, error: str | None = None) -> Recording:
        """Close it and give its final row; `error` says why it ended early. Safe to repeat, and to cancel."""
        return await asyncio.shield(self.end_soon(error))

    def end_soon(self, error: str | None = None) -> asyncio.Future[Recording]:
        """As `stop`, without waiting for it."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close(self, error))
        return self._closing

    async def arrange(self) -> None:
        """Make what is connected what is to be audible; first what is not."""
        async with self._arranging:
            wanted = {each for each in self._sources if self._is_audible(each[0])}
            before, self._connected = self._connected, wanted
            if not self.is_open:
                return
            for source, track in before - wanted:
                await self._bridge.disconnect(source, self.recorder.tracks[track])
            for source, track in wanted - before:
                await self._bridge.connect(source, self.recorder.tracks[track])

    def _is_audible(self, source: Source) -> bool:
        hushed = isinstance(source, Said | Heard) and source.leg in self._hushed
        return not self._paused and not hushed and source not in self._withheld
