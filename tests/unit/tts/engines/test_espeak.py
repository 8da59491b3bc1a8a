"""What espeak-ng says, by its phonemes: the one thing about a language that can be tested without an ear."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, os, sys
import espeakng_loader
os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
library = ctypes.CDLL(espeakng_loader.get_library_path())
library.espeak_TextToPhonemes.restype = ctypes.c_char_p
library.espeak_Initialize(2, 0, None, 0)
assert library.espeak_SetVoiceByName(sys.argv[1].encode()) == 0
text = ctypes.c_char_p(sys.argv[2].encode())
print(library.espeak_TextToPhonemes(ctypes.byref(text), 1, 0).decode())
"""


def phonemes(voice: str, text: str) -> str:
    """In a process of its own: the library may be started once in each."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, voice, text], check=True, capture_output=True, text=True
    ).stdout.strip()


def unstressed(said: str) -> str:
    """Without stress marks and the gaps between words."""
    return said.translate({ord(mark): None for mark in "',_ "})


@pytest.mark.parametrize(("number", "word"), [("90", "nonante"), ("70", "septante")])
def test_belgian_and_swiss_french_have_words_of_their_own(number: str, word: str) -> None:
    for voice in ("roa/fr-be", "roa/fr-ch"):
        assert unstressed(phonemes(voice, number)) == unstressed(phonemes(voice, word))
    assert unstressed(phonemes("roa/fr", number)) != unstressed(phonemes("roa/fr", word))


def test_each_language_says_a_number_in_its_own_words() -> None:
    said = {voice: phonemes(voice, "Station 95") for voice in ("gmw/nl", "roa/fr", "gmw/de", "gmw/en")}

    assert len(set(said.values())) == 4, said


@pytest.mark.parametrize("voice", ["gmw/nl", "roa/fr", "roa/fr-be", "gmw/de", "gmw/en"])
def test_spelled_digits_are_said_one_by_one(voice: str) -> None:
    apart = " ".join(phonemes(voice, digit) for digit in "471")

    assert unstressed(phonemes(voice, "4 7 1")) == unstressed(apart)
