"""MBROLA's voices, where the operator of this machine has installed them; Debian has them in non-free."""

from pathlib import Path

import numpy as np
import pytest

from tts.engines.base import EngineError
from tts.engines.mbrola import MbrolaEngine
from tts.mbrola_files import missing
from tts.script import Manner, ScriptUtterance, ScriptWords

pytestmark = pytest.mark.processes
installed = pytest.mark.skipif(missing("nl2") is not None, reason=missing("nl2") or "")

SENTENCE = "Al onze medewerkers zijn op dit moment in gesprek."


def dutch(text: str, rate: int = 100) -> ScriptUtterance:
    return ScriptUtterance("nl-BE", (ScriptWords(text, Manner(rate=rate)),))


def test_a_voice_that_is_not_installed_is_told_with_the_packages_that_bring_it(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="apt-get install espeak-ng mbrola mbrola-xx9"):
        MbrolaEngine(tmp_path).say(dutch(SENTENCE), "xx9", None)


@installed
def test_a_sentence_has_the_rate_of_the_voice_and_lasts_as_long_as_its_words(tmp_path: Path) -> None:
    samples, rate_hz = MbrolaEngine(tmp_path).say(dutch(SENTENCE), "nl2", None)

    assert rate_hz == 16000
    assert 3 < len(samples) / rate_hz < 6
    assert np.abs(samples).max() > 0.1


@installed
def test_manners_are_obeyed_and_markup_in_a_text_is_none(tmp_path: Path) -> None:
    engine = MbrolaEngine(tmp_path)
    usual = len(engine.say(dutch(SENTENCE), "nl2", None)[0])

    assert len(engine.say(dutch(SENTENCE, rate=70), "nl2", None)[0]) > 1.2 * usual
    assert len(engine.say(dutch(SENTENCE), "nl2", 180)[0]) < 0.8 * usual
    assert len(engine.say(dutch(f'<break time="20s"/> {SENTENCE} & [[x]]'), "nl2", None)[0]) < 3 * usual


@installed
def test_belgian_french_counts_in_its_own_words(tmp_path: Path) -> None:
    if (lacking := missing("fr1")) is not None:
        pytest.skip(lacking)
    engine = MbrolaEngine(tmp_path)

    def said(text: str, language: str) -> int:
        return len(engine.say(ScriptUtterance(language, (ScriptWords(text),)), "fr1", None)[0])

    assert said("95", "fr-BE") == said("nonante-cinq", "fr-BE")
    assert said("95", "fr-BE") != said("95", "fr-FR")
