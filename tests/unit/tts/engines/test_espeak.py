"""What espeak-ng says, by its phonemes: the one thing about a language that can be tested without an ear."""

import json
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path

import pytest

import tts

pytestmark = pytest.mark.processes

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

# What the engine really spoke: the library writes it to a file while the driver runs.
SPEAKING = """
import ctypes, json, sys
from pathlib import Path
import espeakng_loader
from tts.engines.espeak import EspeakEngine
from tts.script import Manner, ScriptUtterance, ScriptWords
folder, voice, language, texts = Path(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
engine = EspeakEngine(folder, "loader")
library, c = ctypes.CDLL(espeakng_loader.get_library_path()), ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
said = []
for words in texts:
    trace = ctypes.c_void_p(c.fopen(bytes(folder / "trace"), b"w"))
    library.espeak_SetPhonemeTrace(2, trace)
    utterance = ScriptUtterance(language, tuple(ScriptWords(text, Manner(**manner)) for text, manner in words))
    engine.say(utterance, voice, None)
    library.espeak_SetPhonemeTrace(0, None)
    c.fclose(trace)
    said.append((folder / "trace").read_text("utf-8").strip())
print(json.dumps(said))
"""

Spoken = list[tuple[str, dict[str, object]]]


def spoken(folder: Path, voice: str, language: str, texts: list[Spoken]) -> list[str]:
    """In IPA, what an engine of its own says for each of the texts."""
    told = subprocess.run(
        [sys.executable, "-c", SPEAKING, str(folder), voice, language, json.dumps(texts)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    said: list[str] = json.loads(told.stdout)
    return said


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


LANGUAGES = {"gmw/nl": "nl-NL", "roa/fr": "fr-FR", "gmw/de": "de-DE", "gmw/en": "en-GB"}
RHOTIC = {"nl": "r", "fr": "ʁ", "de": "r", "en": "ɹ"}
NEAREST = {
    "nl": {"iː": "i", "ø": "øː", "œ": "ɵ", "ʏ": "ɵ", "ɛi": "ɛɪ", "ʌu": "ʌʊ", "ɑu": "ʌʊ", "ɔu": "ʌʊ", "ʋ": "w"},
    "fr": {"ɑ": "a", "ɥ": "y"},
    "de": {"aː": "ɑː", "ɐ": "ɜ", "ø": "øː", "ɔʏ": "ɔø", "ɔɪ": "ɔø"},
    "en": {"e": "ɛ", "æ": "a", "ɑ": "ɑː", "ɜ": "ɜː", "ɝ": "ɜː", "ɚ": "ə", "oʊ": "əʊ", "ɪə": "iə"},
}
"""What a voice says for a sign whose sound it lacks."""


@pytest.mark.parametrize(("voice", "language"), LANGUAGES.items())
def test_every_sign_of_a_pronunciation_is_spoken_as_it_is_or_as_its_nearest_sound(
    tmp_path: Path, voice: str, language: str
) -> None:
    tables = tomllib.loads((Path(tts.__file__).parent / "phonemes.toml").read_text("utf-8"))
    name = language[:2]
    nearest = {**dict.fromkeys("rʀʁɹɾ", RHOTIC[name]), "g": "ɡ", "ɦ": "h", "ɫ": "l", **NEAREST[name]}
    vowels = [sign for sign in tables[name] | {"ɑ̃": "", "ɔ̃": ""} if sign not in {"ʋ", "ts", "pf"}]
    consonants = [sign for sign in tables["all"] | tables[name] if sign not in vowels and sign not in "ˈ'ˌ "]
    words = [f"mˈ{sign}m" for sign in vowels] + [f"ˈa{sign}a" for sign in consonants]

    said = spoken(tmp_path, voice, language, [[("word", {"ipa": word})] for word in words])

    heard = [unicodedata.normalize("NFD", each).replace("ˈ", "")[1:-1] for each in said]
    wanted = [unicodedata.normalize("NFD", nearest.get(sign, sign)) for sign in vowels + consonants]
    assert heard == wanted


def test_a_pronunciation_stands_among_other_words(tmp_path: Path) -> None:
    sentence: Spoken = [("een ", {}), ("x", {"ipa": "toˈmatə", "emphasis": "strong"}), (" groen ", {"rate": 80})]

    (said,) = spoken(tmp_path, "gmw/nl", "nl-NL", [sentence])

    assert said.split() == ["ən", "tomˈatə", "ɣrˈun"]


def test_a_foreign_sound_and_a_texts_own_brackets_are_said_as_text(tmp_path: Path) -> None:
    texts: list[Spoken] = [
        [("tomaat", {"ipa": "ǃa"})], [("tomaat", {})],
        [("hier [[t@]] hier", {"rate": 80})], [("hier [[t@]] hier", {})],
    ]  # fmt: skip

    click, plain, in_markup, without_markup = spoken(tmp_path, "gmw/nl", "nl-NL", texts)

    assert click == plain
    assert in_markup == without_markup
