"""The bridge as the engine sees it: players and recorders, wired by name."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pjsua2 as pj

from engine.aio.signal import Signal
from engine.aio.waits import to_its_end
from engine.ports import (
    PLAIN_SOUND,
    Attendance,
    Everyone,
    LegId,
    Mixed,
    Played,
    PlayerId,
    RecorderId,
    RoomId,
    RoomSound,
    RtpStats,
    Said,
    Sink,
    Source,
)
from sip.fax.passing import FaxPassing
from sip.media.connections import MediaConnections
from sip.media.listening import Listeners, next_listener
from sip.media.memory_file import memory_file, wav_name
from sip.media.recorder import MemoryRecorder
from sip.media.wav import seconds_of, write_wav
from sip.thread import SipThread


class FilePlayback:
    """A sound that is being played. Implements engine.ports.Player; every method runs in asyncio's thread."""

    def __init__(self, player: PlayerId, wav: Path, switch: MediaConnections, thread: SipThread) -> None:
        self._player = player
        self._wav = wav
        self._switch = switch
        self._thread = thread
        self._done = Signal()

    @property
    def source(self) -> Played:
        return Played(self._player)

    @property
    def seconds(self) -> float:
        return seconds_of(self._wav)

    def ended(self) -> None:
        """The file is over."""
        self._thread.later(partial(self._switch.drop_player, self._player))
        self._done.set()

    async def finished(self) -> None:
        await self._done.wait()

    async def stop(self) -> None:
        await self._thread.run(partial(self._switch.drop_player, self._player))
        self._done.set()


class SipRoom:
    """A conference's mix. Implements engine.ports.MixedRoom; every method runs in asyncio's thread."""

    def __init__(self, room: RoomId, switch: MediaConnections, thread: SipThread) -> None:
        self._room = room
        self._switch = switch
        self._thread = thread

    @property
    def source(self) -> Mixed:
        return Mixed(self._room)

    @property
    def sink(self) -> Everyone:
        return Everyone(self._room)

    async def place(self, leg: LegId, attendance: Attendance) -> None:
        await self._thread.run(partial(self._switch.place, leg, self._room, attendance))

    async def remove(self, leg: LegId) -> None:
        await self._thread.run(partial(self._switch.remove, leg, self._room))

    async def talking(self) -> frozenset[LegId]:
        return await self._thread.run(partial(self._switch.talking, self._room))

    async def rate_hz(self) -> int:
        return await self._thread.run(partial(self._switch.room_rate_hz, self._room))

    async def close(self) -> None:
        await self._thread.run(partial(self._switch.close_room, self._room))


class SipBridge:
    """The media bridge as the engine sees it. Implements engine.ports.Bridge; every method runs in asyncio's thread."""

    def __init__(self, switch: MediaConnections, fax: FaxPassing, thread: SipThread, rate_hz: int) -> None:
        self._fax = fax
        self._switch = switch
        self._thread = thread
        self._rate_hz = rate_hz
        self._ids = count(1)
        self._listeners = Listeners()

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    async def play(self, wav: Path, *, to: Sequence[Sink], loop: bool = False) -> FilePlayback:
        player = PlayerId(next(self._ids))
        playback = FilePlayback(player, wav, self._switch, self._thread)
        ended = partial(self._thread.emit, playback.ended)
        with self._undone(partial(self._switch.drop_player, player)):
            await self._thread.run(partial(self._switch.play, player, wav, list(to), loop, ended))
        return playback

    @contextmanager
    def _undone(self, undo: Callable[[], None]) -> Iterator[None]:
        """Whoever is cancelled while it waits has sent its command already: nobody else would take it back."""
        try:
            yield
        except asyncio.CancelledError:
            self._thread.later(undo)
            raise

    async def record(self, *, tracks: Sequence[Sequence[Source]]) -> MemoryRecorder:
        recorder = RecorderId(next(self._ids))
        recording = pj.Recording(len(tracks))
        with self._undone(partial(self._switch.drop_recorder, recorder)):
            await self._thread.run(partial(self._switch.record, recorder, recording, tracks))
        return MemoryRecorder(recorder, len(tracks), recording, self._switch, self._thread)

    @asynccontextmanager
    async def listen(self, source: Said) -> AsyncIterator[AsyncIterator[bytes]]:
        number = next_listener()
        with self._undone(partial(self._switch.drop_listener, number)):
            listener = await self._thread.run(partial(self._switch.listen, number, source))
        heard = self._listeners.add(number, listener)
        try:
            yield heard
        finally:
            self._listeners.remove(number)
            await to_its_end(self._thread.run(partial(self._switch.drop_listener, number)))

    @asynccontextmanager
    async def keep(self, pcm: bytes) -> AsyncIterator[Path]:
        with memory_file() as descriptor, wav_name(descriptor) as name:
            write_wav(descriptor, pcm, self._rate_hz)
            yield name

    async def connect(self, source: Source, sink: Sink) -> None:
        await self._thread.run(partial(self._switch.connect, source, sink))

    async def disconnect(self, source: Source, sink: Sink) -> None:
        await self._thread.run(partial(self._switch.disconnect, source, sink))

    async def pass_fax(self, first: LegId, second: LegId) -> None:
        await self._thread.run(partial(self._fax.join, first, second))

    async def pass_no_fax(self, first: LegId, second: LegId) -> None:
        await self._thread.run(partial(self._fax.part, first, second))

    async def open_room(self, sound: RoomSound = PLAIN_SOUND) -> SipRoom:
        room = RoomId(next(self._ids))
        await self._thread.run(partial(self._switch.open_room, room, sound))
        return SipRoom(room, self._switch, self._thread)

    async def mute(self, leg: LegId, *, muted: bool) -> None:
        await self._thread.run(partial(self._switch.mute, leg, muted))

    async def hold(self, leg: LegId, *, held: bool) -> None:
        await self._thread.run(partial(self._switch.hold, leg, held))

    def close(self) -> None:
        """Nobody listens any more."""
        self._listeners.close()

    async def level(self, source: Said) -> float:
        return await self._thread.run(partial(self._switch.level, source.leg))

    async def figures(self, leg: LegId) -> RtpStats | None:
        return await self._thread.run(partial(self._switch.figures, leg))
