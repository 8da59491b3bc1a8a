"""espeak-ng through pyttsx3 2.99, with that driver's defects cured.

The driver was made for a desktop: it returns before the file exists, loses parameters, crashes on long text,
falls back to another voice without a word, and hangs on what it can't write. Each cure below names what it
cures. They touch the driver's private parts, so pyttsx3 is pinned and tts/selftest.py watches over it.
"""

import ctypes
import importlib
import os
import time
import wave
from pathlib import Path
from typing import Any, Final

from tts.engines.base import EngineError, Samples, as_samples
from tts.engines.espeak_markup import markup
from tts.script import PLAIN, ScriptUtterance

DEFAULT_RATE: Final = 130
"""Words per minute; the driver's own 200 is hard to follow on the telephone."""

_IDLE_LIMIT_S: Final = 20.0
_POLL_S: Final = 0.0005
_EE_BUFFER_FULL: Final = 1
_PHONEMES: Final = 0x100
"""espeakPHONEMES of speak_lib.h: what stands in [[ ]] are mnemonics. The driver has no name for it."""


class EspeakEngine:
    """pyttsx3 with its espeak driver. One per process: the driver keeps everything in module globals."""

    def __init__(self, scratch: Path, library: str) -> None:
        """Use `library`: loader (the pip package's), system (the distribution's), auto (the first found)."""
        _load_library(library)
        try:
            pyttsx3 = _module("pyttsx3")
            self._driver = _module("pyttsx3.drivers._espeak")
            espeak = _module("pyttsx3.drivers.espeak")
        except (ImportError, RuntimeError) as error:
            raise EngineError(
                f"espeak-ng can't be loaded ({error}). Install the package espeakng-loader, or libespeak-ng1."
            ) from error
        self._file = scratch / "espeak.wav"
        self._flags = 0
        self._errors: list[Exception] = []
        self._finished: list[bool] = []
        # The driver prints a line per file; the worker's stdout is a protocol.
        espeak.print = lambda *_args, **_kwargs: None
        self._driver.Synth = self._synth
        # By name: without one, pyttsx3 guesses a driver from the platform.
        self._engine = pyttsx3.init("espeak")
        self._engine.connect("error", lambda name, exception: self._errors.append(exception))
        self._engine.connect("finished-utterance", lambda name, completed: self._finished.append(completed))
        # The first runAndWait would return before the file exists, as the engine starts out busy.
        self._engine.proxy.setBusy(False)
        # mb/ voices are listed though MBROLA isn't there; choosing one breaks espeak-ng for good.
        self._voices = {v.id for v in self._engine.getProperty("voices") if not v.id.startswith("mb/")}

    def say(self, utterance: ScriptUtterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """See Engine.say."""
        base = voice.partition("+")[0]
        if base not in self._voices:
            raise EngineError(f"espeak-ng has no voice '{voice}'.")
        if any(words.manner != PLAIN for words in utterance.words):
            self._flags = self._driver.SSML | _PHONEMES
            text = markup(utterance)
        else:
            self._flags = 0
            text = "".join(words.text for words in utterance.words).strip()
        self._prepare(voice, rate if rate is not None else DEFAULT_RATE)
        self._file.parent.mkdir(parents=True, exist_ok=True)  # the driver hangs for ever without it
        self._file.unlink(missing_ok=True)
        self._finished.clear()
        self._engine.save_to_file(text, str(self._file))
        self._engine.runAndWait()
        self._raise_errors()
        if self._finished != [True] or not self._file.exists():
            raise EngineError("espeak-ng did not finish the sentence.")
        with wave.open(str(self._file), "rb") as wav:
            return as_samples(wav.readframes(wav.getnframes())), wav.getframerate()

    def _prepare(self, voice: str, rate: int) -> None:
        """Set all parameters and make sure that they hold: they are the process's, and set asynchronously."""
        self._errors.clear()
        for name, value in (("voice", voice), ("rate", rate), ("volume", 1.0), ("pitch", 50)):
            self._engine.setProperty(name, value)
        # runAndWait begins with a cancel that throws away parameters still queued: let them arrive first.
        deadline = time.monotonic() + _IDLE_LIMIT_S
        while self._driver.IsPlaying():
            if time.monotonic() > deadline:
                raise EngineError("espeak-ng stays busy.")
            time.sleep(_POLL_S)
        self._raise_errors()
        if (speaking := self._engine.getProperty("voice")) != voice:
            raise EngineError(f"espeak-ng would speak with '{speaking}' instead of '{voice}'.")

    def _raise_errors(self) -> None:
        if self._errors:
            raise EngineError(f"espeak-ng: {self._errors[0]}") from self._errors[0]

    def _synth(
        self,
        text: bytes,
        position: int = 0,
        position_type: int = 1,
        end_position: int = 0,
        flags: int = 0,
        user_data: object = None,
    ) -> int:
        """Stands in for the driver's Synth, which gives ten times the text's size and reads past its end."""
        result: int = self._driver.cSynth(
            text, len(text) + 1, position, position_type, end_position, flags | self._flags, None, user_data
        )
        if result != 0:
            why = "its buffer is full" if result == _EE_BUFFER_FULL else f"code {result}"
            raise EngineError(f"espeak-ng refused the text: {why}.")
        return result


def _load_library(library: str) -> None:
    """Load the pip package's library ahead of pyttsx3, whose own search by name then finds it loaded."""
    if library == "system":
        return
    try:
        loader = _module("espeakng_loader")
    except ImportError as error:
        if library == "loader":
            raise EngineError("The package espeakng-loader is not installed.") from error
        return
    os.environ["ESPEAK_DATA_PATH"] = loader.get_data_path()  # data of another version must never be read
    ctypes.CDLL(loader.get_library_path())


def _module(name: str) -> Any:
    return importlib.import_module(name)
