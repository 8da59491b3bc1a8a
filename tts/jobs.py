"""The jobs of workers that speak, and how long each may take."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tts import script
from tts.script import Script, ScriptUtterance
from tts.voices import EngineName, Voice

# (seconds at least, seconds per character): many times what each takes on an idle machine.
_PATIENCE: Final[Mapping[EngineName, tuple[float, float]]] = {
    EngineName.PYTTSX3: (10.0, 0.001),
    EngineName.PICO: (10.0, 0.005),
    EngineName.HIBARI: (20.0, 0.05),
    EngineName.MBROLA: (10.0, 0.005),
    EngineName.PIPER: (20.0, 0.05),
    EngineName.SERVER: (10.0, 0.001),  # to decode what was said; the server's own time is in its settings
}


def speak_job(
    parts: Script, voices: Sequence[Voice | None], rate: int | None, rate_hz: int, out: Path
) -> dict[str, Any]:
    """Say a script into the file `out`: each part by its voice, None for silence; the rate is in words a minute."""
    return {
        "do": "speak",
        "script": script.to_json(parts),
        "voices": [voice and [voice.engine, voice.name] for voice in voices],
        "rate": rate,
        "rate_hz": rate_hz,
        "out": str(out),
    }


def patience_s(parts: Script, voices: Iterable[Voice | None]) -> float:
    """How long the voices may take for a script, at least one of which there is (s)."""
    characters = sum(part.characters for part in parts if isinstance(part, ScriptUtterance))
    return max(least + each * characters for least, each in (_PATIENCE[voice.engine] for voice in voices if voice))
