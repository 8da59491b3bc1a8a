"""Everything that is played into calls: prompts, files from the net, tones."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.ports import AudioDecoder, Bridge, Player, Sink, Speech, Synthesizer, Tones
from engine.web.call_web import CallWeb

MAX_DOWNLOAD_BYTES: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Speaker:
    """Plays to sinks. Cancelling any of it stops the sound at once."""

    bridge: Bridge
    synthesizer: Synthesizer
    tones: Tones
    decoder: AudioDecoder
    scratch: Path

    async def say(self, speech: Speech, to: Sequence[Sink]) -> None:
        """Speak to the end. Raises SpeechError, MediaError."""
        await self.play_file(await self.synthesizer.render(speech, rate_hz=self.bridge.rate_hz), to)

    async def play_url(self, url: str, to: Sequence[Sink], web: CallWeb) -> None:
        """Fetch, decode and play to the end. Raises WebhookError, MediaError."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.scratch, ignore_cleanup_errors=True) as folder:
            source = Path(folder) / "source"
            await web.download(url, source, MAX_DOWNLOAD_BYTES)
            wav = Path(folder) / "play.wav"
            await self.decoder.to_wav(source, wav, rate_hz=self.bridge.rate_hz)
            await self.play_file(wav, to)

    async def beep(self, to: Sequence[Sink]) -> None:
        """The short tone before a recording, to its end. Raises MediaError."""
        await self.play_file(await self.tones.beep(rate_hz=self.bridge.rate_hz), to)

    async def ringback(self, country: str, to: Sequence[Sink]) -> Player:
        """What a caller hears while the far end rings, until stopped. Raises MediaError."""
        return await self.bridge.play(await self.tones.ringback(country, rate_hz=self.bridge.rate_hz), to=to, loop=True)

    async def hold_music(self, to: Sequence[Sink]) -> Player:
        """Music until stopped. Raises MediaError."""
        return await self.bridge.play(await self.tones.hold_music(rate_hz=self.bridge.rate_hz), to=to, loop=True)

    async def play_file(self, wav: Path, to: Sequence[Sink]) -> None:
        """A mono WAV, to its end. Raises MediaError."""
        player = await self.bridge.play(wav, to=to)
        try:
            await player.finished()
        finally:
            await asyncio.shield(player.stop())
