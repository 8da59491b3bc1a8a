"""Each language is spoken as itself, as far as a recogniser can tell that hears a hundred languages.

Each says the question about recording, at 16 kHz. The recogniser knows 28 of ours, all but Irish, and is sure of seven.
Eight more are likelier to it in their own question than in that of any other language. Of what espeak-ng says
in the others it is not sure; tests/unit/tts/test_every_language.py hears those too.
"""

import asyncio

import pytest

from engine.model.consent import Sentence, load_texts
from engine.model.languages import LANGUAGES, primary_language
from engine.ports import Speech
from tts.synthesizer import SpeechService

pytest.importorskip("ctranslate2", reason="the extra `speech` is not installed")
from tests.peers.language_judge import LanguageJudge

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.processes,
    pytest.mark.costly("28 languages are spoken, and heard by a recogniser"),
]

SURE = ("de", "en", "es", "fi", "fr", "hu", "it")
LIKELIEST = ("ar", "da", "lv", "nl", "pt", "ro", "sl", "tr")


async def test_no_language_is_taken_for_another(voices: SpeechService) -> None:
    question, judge = load_texts(), LanguageJudge()
    spoken = {primary_language(tag): tag for tag in sorted(LANGUAGES, reverse=True)}
    heard: dict[str, dict[str, float]] = {}
    for language, tag in spoken.items():
        speech = Speech(question.wording(Sentence.QUESTION, tag).text, tag)
        wav = await voices.render(speech, rate_hz=16000)
        heard[language] = await asyncio.to_thread(judge.likelihoods, wav)

    taken_for = {language: max(heard[language], key=heard[language].__getitem__) for language in SURE}
    likeliest = {language: max(heard, key=lambda each: heard[each][language]) for language in LIKELIEST}

    assert taken_for == {language: language for language in SURE}, "of a hundred languages"
    assert likeliest == {language: language for language in LIKELIEST}, "of ours"
