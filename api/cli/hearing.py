"""A simulated call as its caller hears it, as a WAV file."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import soundfile
import typer
from numpy.typing import NDArray

from api.cli.loop_in_thread import LoopInThread
from api.cli.source import BlockingWeb
from api.node.speech import speech_service
from config.settings import Settings
from engine.errors import MediaError, SpeechError, WebhookError
from engine.ports import Speech
from engine.simulator.transcript import TranscriptSound
from tts.decoder import Decoder
from tts.tone_service import ToneService

RATE_HZ: Final = 8000
_DOWNLOAD_LIMIT: Final = 32 * 1024 * 1024


class Renderer:
    """Speaks, decodes and lays it all on one line of time; a context, since speech has processes of its own."""

    def __init__(self, settings: Settings, web: BlockingWeb) -> None:
        self._web = web
        self._speech = speech_service(settings)
        self._tones = ToneService(self._speech.cache)
        self._folder = tempfile.TemporaryDirectory()
        self._decoder = Decoder(Path(self._folder.name) / "decoder")
        self._loop = LoopInThread("sound")
        """Real time passes here, none in the simulation."""

    def __enter__(self) -> Self:
        self._loop.run(self._speech.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run(self._speech.close())
        self._loop.run(self._decoder.close())
        self._loop.close()
        self._folder.cleanup()

    def seconds(self, speech: Speech) -> float:
        """How long a text takes to speak. Raises SpeechError."""
        samples = soundfile.info(str(self._spoken(speech)))
        return float(samples.frames / samples.samplerate)

    def write(self, sounds: Sequence[TranscriptSound], seconds: float, audio: Path) -> None:
        """Everything that is heard, at its time."""
        line = np.zeros(int((seconds + 1) * RATE_HZ), np.int16)
        for sound in sounds:
            heard = self._heard(sound)
            at = int(sound.at_s * RATE_HZ)
            lasts = min(int(sound.seconds * RATE_HZ), len(line) - at)
            if sound.source.startswith("ringing") or sound.source == "hold music":
                heard = np.resize(heard, lasts)
            fits = min(len(heard), lasts)
            line[at : at + fits] = heard[:fits]
        soundfile.write(audio, line, RATE_HZ, subtype="PCM_16")

    def _heard(self, sound: TranscriptSound) -> NDArray[np.int16]:
        try:
            path = self._path(sound)
        except (SpeechError, MediaError, WebhookError) as error:
            typer.echo(f"Not heard: {error}", err=True)
            return np.zeros(0, np.int16)
        samples: NDArray[np.int16] = soundfile.read(path, dtype="int16")[0]
        return samples

    def _path(self, sound: TranscriptSound) -> Path:
        if sound.speech is not None:
            return self._spoken(sound.speech)
        if sound.wav is None and "://" not in sound.source:
            return self._loop.run(self._tone(sound.source))
        source, wav = sound.wav or Path(self._folder.name) / "source", Path(self._folder.name) / "sound.wav"
        if sound.wav is None:
            self._web.download(sound.source, source, _DOWNLOAD_LIMIT)
        self._loop.run(self._decoder.to_wav(source, wav, rate_hz=RATE_HZ))
        return wav

    async def _tone(self, name: str) -> Path:
        match name.split():
            case ["ringing", "of", country]:
                return await self._tones.ringback(country, rate_hz=RATE_HZ)
            case ["hold", "music"]:
                return await self._tones.hold_music(rate_hz=RATE_HZ)
            case ["recording", "tone"]:
                return await self._tones.recording_tone(rate_hz=RATE_HZ)
            case _:
                return await self._tones.beep(rate_hz=RATE_HZ)

    def _spoken(self, speech: Speech) -> Path:
        return self._loop.run(self._speech.render(speech, rate_hz=RATE_HZ))
