"""The worker process that speaks and decodes: `python -m tts.worker FOLDER ESPEAK PARENT`.

Jobs are {"do": "warm" | "speak" | "decode", …}; tts/serving.py says how they come in and how answers go out.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from engine.errors import MediaError
from tts.decode import decode
from tts.engines.base import Engine, EngineError, Samples
from tts.engines.espeak import EspeakEngine
from tts.engines.file import FileEngine
from tts.engines.hibari import HibariEngine
from tts.engines.mbrola import MbrolaEngine
from tts.engines.pico import PicoEngine
from tts.engines.piper import PiperEngine
from tts.loudness import faded, levelled, resampled, trimmed
from tts.script import Silence, from_json
from tts.serving import Job, serve
from tts.voices import EngineName

LEAD_S: Final = 0.05
TAIL_S: Final = 0.15
SENTENCE_GAP_S: Final = 0.25


class Worker:
    """Does jobs one after the other, with engines that are started when first needed."""

    def __init__(self, scratch: Path, espeak: str) -> None:
        self._start: Mapping[EngineName, Callable[[], Engine]] = {
            EngineName.PYTTSX3: lambda: EspeakEngine(scratch, espeak),
            EngineName.PICO: PicoEngine,
            EngineName.HIBARI: HibariEngine,
            EngineName.MBROLA: lambda: MbrolaEngine(scratch),
            EngineName.PIPER: PiperEngine,
            EngineName.SERVER: FileEngine,
        }
        self._engines: dict[EngineName, Engine] = {}
        self._jobs: Mapping[str, Callable[[Job], dict[str, Any]]] = {
            "warm": self._warm,
            "speak": self._speak,
            "decode": _decode,
        }

    def answer(self, job: Job) -> dict[str, Any]:
        """What the job gave, or the error that a user may read. What nobody foresaw ends the process."""
        try:
            return {"ok": self._jobs[job["do"]](job)}
        except (EngineError, MediaError) as error:
            return {"error": str(error)}
        except OSError as error:
            return {"error": f"{error.strerror}: {error.filename}"}
        except soundfile.SoundFileError as error:
            return {"error": str(error)}

    def _engine(self, name: EngineName) -> Engine:
        if name not in self._engines:
            self._engines[name] = self._start[name]()
        return self._engines[name]

    def _warm(self, job: Job) -> dict[str, Any]:
        """Speak a job's script where that starts an engine: the first that it says takes several times as long."""
        started = all(EngineName(voice[0]) in self._engines for voice in job["voices"])
        return {} if started else self._speak(job)

    def _speak(self, job: Job) -> dict[str, Any]:
        """Render {script, voices, rate, rate_hz, out}; `voices` has [engine, voice] or null for each part."""
        rate_hz: int = job["rate_hz"]
        pieces: list[Samples] = []
        gap = 0.0
        for part, voice in zip(from_json(job["script"]), job["voices"], strict=True):
            if isinstance(part, Silence):
                pieces.append(_silence(part.ms / 1000, rate_hz))
                gap = 0.0
                continue
            pieces.append(_silence(gap, rate_hz))
            samples, at_hz = self._engine(EngineName(voice[0])).say(part, voice[1], job["rate"])
            pieces.append(resampled(trimmed(samples, at_hz), at_hz, rate_hz))
            gap = SENTENCE_GAP_S
        speech = faded(levelled(np.concatenate(pieces), rate_hz), rate_hz)
        if not speech.any():
            raise EngineError("The voice made no sound of this text.")
        prompt = np.concatenate([_silence(LEAD_S, rate_hz), speech, _silence(TAIL_S, rate_hz)])
        soundfile.write(job["out"], prompt, rate_hz, subtype="PCM_16", format="WAV")
        return {"seconds": len(prompt) / rate_hz}


def _decode(job: Job) -> dict[str, Any]:
    """Decode {source, out, rate_hz, limit_s}."""
    seconds = decode(Path(job["source"]), Path(job["out"]), rate_hz=job["rate_hz"], limit_s=job["limit_s"])
    return {"seconds": seconds}


def _silence(seconds: float, rate_hz: int) -> Samples:
    return np.zeros(int(seconds * rate_hz), np.float32)


def main() -> None:
    """Serve jobs until stdin ends."""
    scratch, espeak, parent = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    serve(Worker(scratch, espeak).answer, parent)


if __name__ == "__main__":
    main()
