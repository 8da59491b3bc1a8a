"""Everything that is played into calls: prompts, files from the net, tones."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.aio.waits import to_its_end
from engine.ports import Bridge, Player, Sink, Speech, Synthesizer, Tones
from engine.webhooks.call_web import CallWeb


class MediaFiles(Protocol):
    """Files on customers' servers, such as engine.webhooks.media.media_cache.MediaCache."""

    def wav(self, url: str, web: CallWeb, rate_hz: int) -> AbstractAsyncContextManager[Path]:
        """A mono 16-bit WAV of what is at the URL, which is there while inside. Raises WebhookError, MediaError."""
        ...


@dataclass(frozen=True, slots=True)
class Speaker:
    """Plays to sinks. Cancelling any of it stops the sound at once."""

    bridge: Bridge
    synthesizer: Synthesizer
    tones: Tones
    media: MediaFiles

    async def say(self, speech: Speech, to: Sequence[Sink]) -> None:
        """Speak to the end. Raises SpeechError, MediaError."""
        async with aclosing(self.synthesizer.stream(speech, rate_hz=self.bridge.rate_hz)) as stream:
            async for wav in stream:
                await self.play_file(wav, to)

    async def play_url(self, url: str, to: Sequence[Sink], web: CallWeb) -> None:
        """Fetch (if need be) and play to the end. Raises WebhookError, MediaError."""
        async with self.file(url, web) as wav:
            await self.play_file(wav, to)

    def file(self, url: str, web: CallWeb) -> AbstractAsyncContextManager[Path]:
        """What is at the URL, to be played while inside. Raises WebhookError, MediaError."""
        return self.media.wav(url, web, self.bridge.rate_hz)

    async def beep(self, to: Sequence[Sink]) -> None:
        """The short tone before a recording, to its end. Raises MediaError."""
        await self.play_file(await self.tones.beep(rate_hz=self.bridge.rate_hz), to)

    async def recording_tone(self, to: Sequence[Sink]) -> None:
        """What tells those on a call that it is being recorded, to its end. Raises MediaError."""
        await self.play_file(await self.tones.recording_tone(rate_hz=self.bridge.rate_hz), to)

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
            await to_its_end(player.stop())
