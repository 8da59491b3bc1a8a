import tomllib
from pathlib import Path

import pytest

import tts
from tts.phonemes import IPA_LIMIT, espeak_phonemes, ipa_of
from tts.script import ScriptUtterance
from tts.ssml import of_ssml

TABLES: dict[str, dict[str, str]] = tomllib.loads((Path(tts.__file__).parent / "phonemes.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("language", "ipa", "mnemonics"),
    [
        ("nl-BE", "tɔˈmaːt", "tO'ma:t"),
        ("fr-FR", "bɔ̃.ʒuʁ", "bO~Zur"),
        ("de-DE", "ˈpfɔʏt͡sə", "'pFOYts@"),
        ("en-GB", "həˈləʊ ˈwɜːld", "h@'loU 'w3:ld"),
        ("fr-BE", "paːt", "pat"),
    ],
)
def test_a_pronunciation_is_spelled_in_the_mnemonics_of_its_language(language: str, ipa: str, mnemonics: str) -> None:
    assert espeak_phonemes(ipa, language) == mnemonics


@pytest.mark.parametrize("ipa", ["", "  ", "ˈǃaː", "pʘ", "a]] [[b", "<b>", "a" * (IPA_LIMIT + 1)])
def test_a_sound_that_no_voice_has_is_not_spelled(ipa: str) -> None:
    assert espeak_phonemes(ipa, "nl-NL") is None


def test_where_no_table_tells_the_sounds_of_a_language_its_words_are_said_by_their_letters() -> None:
    assert espeak_phonemes("ˈkava", "cs-CZ") is None


@pytest.mark.parametrize(
    ("alphabet", "given", "ipa"),
    [
        ("ipa", "tɔmat", "tɔmat"),
        ("", "tɔmat", "tɔmat"),
        ("x-sampa", 'tO"ma:t', "tɔˈmaːt"),
        ("X-SAMPA", "bO~ZuR", "bɔ̃ʒuʁ"),
        ("x-sampa", "p@.t_eI", "pə.t͡eɪ"),
        ("x-amazon-pinyin", "bao2", None),
    ],
)
def test_ipa_and_x_sampa_are_read(alphabet: str, given: str, ipa: str | None) -> None:
    assert ipa_of(alphabet, given) == ipa


def test_x_sampa_leads_to_known_signs_only() -> None:
    known = {sign for name, table in TABLES.items() if name != "x-sampa" for sign in "".join(table)}
    silent = set(".\u0361\u032f")

    assert set("".join(TABLES["x-sampa"].values())) <= known | silent


@pytest.mark.parametrize(
    ("markup", "text", "ipa"),
    [
        ('<phoneme alphabet="ipa" ph="pikɑn">pecan</phoneme>', "pecan", "pikɑn"),
        ('<phoneme ph="pikɑn"/>', "pikɑn", "pikɑn"),
        ('<phoneme alphabet="x-sampa" ph="pikAn">pecan</phoneme>', "pecan", "pikɑn"),
        ('<phoneme alphabet="kana" ph="ピカン">pecan</phoneme>', "pecan", None),
        ("<phoneme>pecan</phoneme>", "pecan", None),
    ],
)
def test_ssml_gives_a_pronunciation_beside_the_words(markup: str, text: str, ipa: str | None) -> None:
    (said,) = of_ssml(f"<speak>{markup}</speak>", "en-GB", None)

    assert isinstance(said, ScriptUtterance)
    (words,) = said.words
    assert (words.text, words.manner.ipa) == (text, ipa)
