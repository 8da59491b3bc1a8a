"""Media streams while they run: begun with consent, silent where something is withheld, ended with figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from engine.aio.tasks import BackgroundTasks
from engine.errors import StoreError, StreamError
from engine.flow.program_plans import StreamOrder
from engine.live.recording.exclusion import Withheld
from engine.live.streams.active_stream import ActiveStream, StreamSurroundings
from engine.live.streams.callbacks import Note, StreamCallbacks
from engine.live.streams.stream_meters import StreamMeters
from engine.metrics.meters import Meters
from engine.model.stream import MediaStream, StreamNotice
from engine.ports import Clock, Heard, LegId, ProgramFinder, Source, StreamOpener


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """Whether a node has streams, how many at once (0: any number), and how much of a program's sound waits first."""

    allowed: bool = True
    most: int = 0
    cushion_s: float = 0.04


class StreamService:
    """Begins and ends the streams of a node's calls and keeps their rows."""

    def __init__(
        self, opener: StreamOpener, servers: ProgramFinder, callbacks: StreamCallbacks,
        clock: Clock, *, meters: Meters, node: str, options: StreamOptions = StreamOptions(),
    ) -> None:  # fmt: skip
        self._withheld = Withheld()
        self._withheld.tell(self._rearrange)
        self._around = StreamSurroundings(opener, servers, callbacks, clock, self._withheld, options.cushion_s)
        self._rows = callbacks.rows
        self._callbacks = callbacks
        self._clock = clock
        self._counted = StreamMeters(meters)
        self._options = options
        self._running: dict[str, ActiveStream] = {}
        self._following = BackgroundTasks("stream")
        self.node = node

    @property
    def running(self) -> int:
        """How many streams are in progress."""
        return len(self._running)

    @property
    def slowest_ping_s(self) -> float:
        """The longest of the last ways to the programs and back; 0 where there is none."""
        return max((active.ping_ms or 0 for active in self._running.values()), default=0) / 1000

    def count(self) -> None:
        """Count for the metrics what has gone over the streams in progress."""
        for active in self._running.values():
            self._counted.count(active.id, active.figures)

    def require(self) -> None:
        """Raises StreamError where no stream may begin now."""
        if not self._options.allowed:
            raise StreamError("Calls are not streamed to programs here: the setting streams is off.")
        if self._options.most and len(self._running) >= self._options.most:
            raise StreamError(
                f"This node has {self._options.most} streams, the most that its setting streams_most allows."
            )

    async def start(self, row: MediaStream, order: StreamOrder, note: Note) -> ActiveStream:
        """Connect to a program, which hears nothing and is heard by nobody yet. Raises StreamError."""
        self.require()
        try:
            await self._rows.add(row)
        except StoreError as error:
            raise StreamError(f"The stream can't be registered: {error}") from error
        active = ActiveStream(row, order, self._around, note, partial(self._ended, note))
        self._running[row.id] = active
        self._following.begin(active.follow())
        return active

    async def refused(self, row: MediaStream, note: Note) -> None:
        """Tell of a stream that could not begin, and is stored nowhere: `row.error` says why."""
        note("not_streamed", reason=row.error)
        await self._callbacks.tell(row, StreamNotice.ERROR, self._clock.now())

    def goes_on_as(self, active: ActiveStream, call_id: str) -> None:
        """Have a stream be that call's from now on, which has taken the place of the one so far."""
        active.goes_on_as(call_id)
        self._callbacks.backlog.add(partial(self._save, active))

    async def hush(self, leg: LegId, *, hushed: bool) -> None:
        """Put silence in place of a leg, and of what it hears, in every stream; or no longer."""
        await self._withheld.hush(leg, hushed=hushed)

    async def withhold(self, *sources: Source, unwanted: bool = False) -> None:
        """Silence in their place in every stream, also in one that begins later.

        What was streamed is kept nowhere here, so that of what is `unwanted` there is nothing to delete.
        """
        await self._withheld.add(sources)

    async def release(self, *sources: Source) -> None:
        """Undo `withhold`."""
        await self._withheld.remove(sources)

    def hears(self, leg: LegId) -> bool:
        """Whether what this leg hears is streamed."""
        return self.holds(Heard(leg))

    def holds(self, *sources: Source) -> bool:
        """Whether one of these is streamed."""
        return any(active.holds(source) for active in self._running.values() for source in sources)

    async def _rearrange(self, sources: Sequence[Source]) -> None:
        for active in tuple(self._running.values()):
            if any(active.holds(source) for source in sources):
                await active.arrange()

    async def _save(self, active: ActiveStream) -> None:
        await self._rows.save(active.row)

    async def _ended(self, note: Note, active: ActiveStream) -> None:
        self._running.pop(active.id, None)
        row = active.row
        self._counted.ended(row.id, row.figures)
        await self._callbacks.tell_end(row, note, self._clock.now())
