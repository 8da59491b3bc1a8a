"""A bridge without a media library: it knows who is to hear what, and tells whoever waits for that."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from engine.aio.change_notifier import ChangeNotifier
from engine.errors import MediaError, RecordingError
from engine.ports import (
    PLAIN_SOUND,
    Clock,
    Ear,
    LegId,
    Played,
    PlayerId,
    RecorderId,
    RoomId,
    RoomSound,
    RtpStats,
    Said,
    Sink,
    Source,
    Track,
)
from engine.testing.mix import NOTHING, Audible, Mix
from engine.testing.player import FakePlayer
from engine.testing.recorder import FakeRecorder
from engine.testing.room import FakeRoom
from engine.testing.sounds import Sound, Sounds
from engine.testing.voices import frames_of, sample_of

RATE_HZ: Final = 8000
_LISTENED_S: Final = 0.2
_LOUD: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sounded:
    """Something began to be heard, so many seconds after the clock's beginning."""

    at_s: float
    what: Audible


OnHeard = Callable[[LegId, Audible, bool], None]
"""Told that a far end begins (True) or ceases to hear something."""


class FakeBridge:
    """A bridge without sound, which keeps who hears whom. Every command lets others run first, as a thread's would."""

    def __init__(self, sounds: Sounds, clock: Clock) -> None:
        self.mix = Mix()
        self.heard: defaultdict[LegId, list[Sounded]] = defaultdict(list)
        """All that each far end ever heard, in order."""
        self.changed = ChangeNotifier()
        """Rings whenever what is heard may have changed."""
        self.listeners: list[OnHeard] = []
        self.crossing_s = 0.0
        """How long each command takes to be done."""
        self.unrecordable: RecordingError | None = None
        """Raised in place of a recorder."""
        self.unplayable: set[str] = set()
        """Names of sounds that can't be played."""
        self.lines: dict[LegId, RtpStats] = {}
        self._sounds = sounds
        self._clock = clock
        self._ids = count(1)
        self._recorders: dict[RecorderId, FakeRecorder] = {}

    @property
    def rate_hz(self) -> int:
        return RATE_HZ

    async def play(self, wav: Path, *, to: Sequence[Sink], loop: bool = False) -> FakePlayer:
        await self._crossed()
        sound = self._sounds.at(wav)
        if sound is None or sound.name in self.unplayable:
            raise MediaError(f"{sound.name if sound else wav} can't be played.")
        player = PlayerId(next(self._ids))
        playing = FakePlayer(player, sound.seconds, self._drop_player, self._crossed)
        with self.changing():
            self.mix.playing[player] = sound
            for sink in to:
                self.mix.connect(Played(player), sink)
        if not loop:
            asyncio.get_running_loop().call_later(sound.seconds, playing.ended)
        return playing

    async def record(self, *, tracks: Sequence[Sequence[Source]]) -> FakeRecorder:
        await self._crossed()
        if self.unrecordable is not None:
            raise self.unrecordable
        identifier = RecorderId(next(self._ids))
        recorder = FakeRecorder(identifier, len(tracks), RATE_HZ, self._clock.monotonic, self._sample)
        with self.changing():
            for track, sources in zip(recorder.tracks, tracks, strict=True):
                for source in sources:
                    self.mix.connect(source, track)
        self._recorders[identifier] = recorder
        return recorder

    async def pass_fax(self, first: LegId, second: LegId) -> None:
        """Its far ends send none."""
        await self._crossed()

    async def pass_no_fax(self, first: LegId, second: LegId) -> None:
        await self._crossed()

    async def connect(self, source: Source, sink: Sink) -> None:
        await self._crossed()
        with self.changing():
            self.mix.connect(source, sink)

    async def disconnect(self, source: Source, sink: Sink) -> None:
        await self._crossed()
        with self.changing():
            self.mix.disconnect(source, sink)

    async def open_room(self, sound: RoomSound = PLAIN_SOUND) -> FakeRoom:
        await self._crossed()
        return FakeRoom(RoomId(next(self._ids)), sound, self.mix, self.changing, self._crossed)

    async def mute(self, leg: LegId, *, muted: bool) -> None:
        await self._crossed()
        with self.changing():
            (self.mix.muted.add if muted else self.mix.muted.discard)(leg)

    async def hold(self, leg: LegId, *, held: bool) -> None:
        await self._crossed()
        with self.changing():
            (self.mix.held.add if held else self.mix.held.discard)(leg)

    @asynccontextmanager
    async def listen(self, source: Said) -> AsyncIterator[AsyncIterator[bytes]]:
        await self._crossed()
        yield self._said(source)

    @asynccontextmanager
    async def keep(self, pcm: bytes) -> AsyncIterator[Path]:
        path = self._sounds.path_of(Sound("what was kept", len(pcm) / 2 / RATE_HZ))
        try:
            yield path
        finally:
            self._sounds.forget(path)

    async def level(self, source: Said) -> float:
        await self._crossed()
        return _LOUD if self.mix.heard_from(source) else 0.0

    async def figures(self, leg: LegId) -> RtpStats | None:
        await self._crossed()
        return self.lines.get(leg) if leg in self.mix.legs else None

    @property
    def recorders(self) -> list[FakeRecorder]:
        """All that ever recorded, in order."""
        return list(self._recorders.values())

    @property
    def in_use(self) -> list[str]:
        """What somebody began and has not ended: players, recorders, wires between far ends, seats."""
        playing = [f"plays {sound.name}" for sound in self.mix.playing.values()]
        recording = [f"recorder {number}" for number, each in self._recorders.items() if not each.is_closed]
        wires = [
            f"{source} to {sink}" for sink in self.mix.wires if isinstance(sink, Ear) for source in self.mix.wires[sink]
        ]
        return playing + recording + wires + [f"seat of leg {leg}" for leg in self.mix.seats]

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around a change of who hears what: recorders take down what was before, far ends hear what is then."""
        for recorder in self._recorders.values():
            recorder.keep_up()
        before = {leg: self.mix.heard_by(leg) for leg in self.mix.legs}
        yield
        for leg in sorted(self.mix.legs | before.keys()):
            now, earlier = self.mix.heard_by(leg), before.get(leg, NOTHING)
            self.heard[leg] += [Sounded(self._clock.monotonic(), each) for each in now - earlier]
            self._tell(leg, earlier - now, begins=False)
            self._tell(leg, now - earlier, begins=True)
        self.changed.ring()

    async def _crossed(self) -> None:
        await self._clock.sleep(self.crossing_s)

    def _tell(self, leg: LegId, heard: Iterable[Audible], *, begins: bool) -> None:
        for listener in self.listeners:
            for each in heard:
                listener(leg, each, begins)

    def _drop_player(self, player: PlayerId) -> None:
        with self.changing():
            self.mix.drop_player(player)

    def _sample(self, track: Track) -> int:
        return sample_of(self.mix.recorded_from(self.mix.wires.get(track, ())))

    async def _said(self, source: Said) -> AsyncIterator[bytes]:
        while True:
            await self._clock.sleep(_LISTENED_S)
            yield frames_of([sample_of(self.mix.heard_from(source))], round(_LISTENED_S * RATE_HZ))
