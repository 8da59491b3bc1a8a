"""Media: playing, recording, joining and listening."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from engine.model.rtp_stats import RtpStats
from engine.ports.rooms import PLAIN_SOUND, MixedRoom, RoomSound
from engine.ports.wires import LegId, Played, Said, Sink, Source, Track


class Player(Protocol):
    """A WAV file being played."""

    @property
    def source(self) -> Played: ...

    @property
    def seconds(self) -> float:
        """How long the file is. Raises MediaError where it is gone."""
        ...

    async def finished(self) -> None:
        """Returns at the file's end, or when stopped."""
        ...

    async def stop(self) -> None: ...


class Recorder(Protocol):
    """A recorder of some sources, which keeps what they say in memory until it is taken."""

    @property
    def tracks(self) -> tuple[Track, ...]: ...

    def take(self) -> bytes:
        """What was heard since the last time: 16-bit little-endian PCM at the bridge's rate, a channel for each track.

        For one thread at a time, of any. Raises RecordingError.
        """
        ...

    async def stop(self) -> None:
        """Hear no more; the rest can be taken. Raises RecordingError."""
        ...

    def close(self) -> None:
        """Give the memory back; nothing can be taken any more."""
        ...


class Bridge(Protocol):
    """Joins sources to sinks, plays, records and lets programs hear. Connections of a leg outlive its re-INVITEs."""

    @property
    def rate_hz(self) -> int:
        """The mixing rate: prompts are wanted at this rate."""
        ...

    async def play(self, wav: Path, *, to: Sequence[Sink], loop: bool = False) -> Player:
        """Play a mono WAV to sinks. Raises MediaError if it can't be opened."""
        ...

    async def record(self, *, tracks: Sequence[Sequence[Source]]) -> Recorder:
        """Record to memory, one channel for each group of sources. Raises RecordingError."""
        ...

    async def connect(self, source: Source, sink: Sink) -> None: ...
    async def disconnect(self, source: Source, sink: Sink) -> None: ...

    async def pass_fax(self, first: LegId, second: LegId) -> None:
        """Pass a fax (T.38) that the far end of one leg wants to send to the other, and back, from now on.

        Only where the trunks of both have it so. FaxBegan and FaxEnded tell of it.
        """
        ...

    async def pass_no_fax(self, first: LegId, second: LegId) -> None:
        """End that; a fax under way is over, and both far ends are asked to return to sound."""
        ...

    async def open_room(self, sound: RoomSound = PLAIN_SOUND) -> MixedRoom:
        """An empty room; it mixes at the rate of its widest leg, from 8000 Hz to what `sound` allows."""
        ...

    async def mute(self, leg: LegId, *, muted: bool) -> None:
        """Nobody hears what the leg's far end says, nor is it recorded; until undone."""
        ...

    async def hold(self, leg: LegId, *, held: bool) -> None:
        """Mute a leg, and let its far end hear nobody, only what is played to it; until undone."""
        ...

    def listen(self, source: Said) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """What the far end of a leg says from now on: mono 16-bit little-endian PCM at rate_hz, silence included.

        In pieces of 60 ms at most, and at once where a voice begins or has been silent for 200 ms. What is not read
        within ten seconds is lost, oldest first. It ends when the context is left. Raises MediaError.
        """
        ...

    def keep(self, pcm: bytes) -> AbstractAsyncContextManager[Path]:
        """A WAV of these samples (mono, 16-bit little-endian, at rate_hz) that can be played while inside.

        It is in memory; no disk ever holds it. Raises MediaError.
        """
        ...

    async def level(self, source: Said) -> float:
        """Loudness of what the far end says now, 0.0 (silence) to 1.0."""
        ...

    async def figures(self, leg: LegId) -> RtpStats | None:
        """What the leg's line was like so far; None where the leg has no media, or is over."""
        ...
