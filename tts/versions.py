"""The versions of what speaks: another version may sound different."""

import functools
import importlib.metadata
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from engine.errors import SpeechError
from engine.model.languages import LANGUAGES
from tts.mbrola_files import voice_file
from tts.voices import EngineName, Voice, VoiceTable

NOT_INSTALLED: Final = "none"
"""In the place of a package's version."""

_PACKAGES: Final[Mapping[EngineName, tuple[str, ...]]] = {
    EngineName.PYTTSX3: ("pyttsx3", "espeakng-loader"),
    EngineName.PICO: ("py-nanotts",),
    EngineName.HIBARI: ("hibari-tts", "onnxruntime"),
    EngineName.MBROLA: (),
    EngineName.PIPER: ("piper-tts", "onnxruntime"),
    EngineName.SERVER: (),
}


def versions_of(voices: Iterable[Voice | None]) -> dict[str, str]:
    """Versions of speech by package; voices of Piper and MBROLA count by their file."""
    versions: dict[str, str] = {}
    for voice in {voice for voice in voices if voice is not None}:
        versions |= {package: _version(package) for package in _PACKAGES[voice.engine]}
        if (file := _file_of(voice)) is not None and file.exists():
            status = file.stat()
            versions[str(file)] = f"{status.st_size} {status.st_mtime_ns}"
    return versions


def what_speaks(voices: VoiceTable, *, espeak: str) -> dict[str, Any] | None:
    """All voices with the versions of their libraries; None where the distribution's library may change unseen."""
    if espeak == "system" or _version("espeakng-loader") == NOT_INSTALLED:
        return None
    try:
        by_language = {
            language: [Voice(engine, voices.default(engine, language)) for engine in voices.order(language)]
            for language in sorted(LANGUAGES)
        }
    except SpeechError:
        return None  # a voice is missing; the trial tells which
    every = [voice for order in by_language.values() for voice in order]
    if any(voice.engine is EngineName.SERVER for voice in every):
        return None  # what a server speaks with may change unseen
    return {
        "languages": {tag: [[each.engine, each.name] for each in order] for tag, order in by_language.items()},
        "versions": {"python": sys.version, **versions_of([Voice(EngineName.PYTTSX3, ""), *every])},
    }


def _file_of(voice: Voice) -> Path | None:
    match voice.engine:
        case EngineName.PIPER:
            return Path(voice.name)
        case EngineName.MBROLA:
            return voice_file(voice.name)
        case _:
            return None


@functools.cache  # it reads files, and is asked at every prompt
def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return NOT_INSTALLED
