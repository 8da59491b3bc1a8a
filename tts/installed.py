"""Which voices can be loaded on this machine, found out without loading any."""

from importlib.util import find_spec
from typing import Final

from tts import mbrola_files
from tts.voices import HIBARI_VOICE, MBROLA_VOICES, PICO_VOICES, EngineName, Voice

INSTALL: Final = {
    EngineName.HIBARI: "make setup",
    EngineName.PICO: "make setup (x86-64 Linux)",
    EngineName.MBROLA: "telefoon voices enable mbrola",
}
"""What brings an engine that is lacking."""


def installed_voices(*, with_mbrola: bool) -> frozenset[Voice]:
    """The installed voices of hibari, Pico and MBROLA; the last only where the operator has turned it on."""
    voices: set[Voice] = set()
    if find_spec("hibari") is not None and find_spec("onnxruntime") is not None:
        voices.add(Voice(EngineName.HIBARI, HIBARI_VOICE))
    if find_spec("py_nanotts") is not None:
        voices |= {Voice(EngineName.PICO, name) for name in PICO_VOICES.values()}
    if with_mbrola:
        names = (name for name in MBROLA_VOICES.values() if mbrola_files.missing(name) is None)
        voices |= {Voice(EngineName.MBROLA, name) for name in names}
    return frozenset(voices)
