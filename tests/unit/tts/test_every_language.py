"""Each language that we speak says a sentence of its own: what is heard is speech, and as long as the sentence is."""

import asyncio

import pytest

from engine.live.phrases import Phrase
from engine.model.languages import LANGUAGES
from engine.ports import Speech
from tests.unit.tts.listening import Sound, difference, listen
from tts.synthesizer import SpeechService

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.processes]

# Seen with espeak-ng 1.52: 8.1 characters a second in Arabic, which writes no short vowels, to 14.7 in Irish.
SLOWEST = 6
FASTEST = 20
# Seen: 0.45 in Latvian, whose voice is deep, and 0.76 to 0.91 in the others.
LEAST_IN_THE_BAND = 0.4
# Seen: 0.00 to 0.07 for one voice twice, 0.18 to 0.23 for these.
SAME_VOICE = 0.12


async def test_every_language_says_a_sentence_of_its_own(speech: SpeechService) -> None:
    sentences = {language: Phrase.ENTER_PIN.in_language(language) for language in sorted(LANGUAGES)}

    heard = await every(speech, sentences)

    for language, sound in heard.items():
        assert SLOWEST < len(sentences[language].text) / sound.seconds < FASTEST, language
        assert sound.level_dbov == pytest.approx(-23.0, abs=0.5), language
        assert sound.peak_dbfs <= -3.0, language
        assert sound.share_of_energy(120, 3400) > LEAST_IN_THE_BAND, language
        assert sound.active_share > 0.5, language


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [
        ("es-ES", "es-MX", "Gracias, Zaragoza, cinco cervezas."),
        ("pt-PT", "pt-BR", "Obrigado, cidade, tarde."),
        ("cs-CZ", "sk-SK", "Děkuji, řeka, ľad"),
    ],
)
async def test_a_region_or_language_with_a_voice_of_its_own_is_heard_as_such(
    speech: SpeechService, one: str, other: str, text: str
) -> None:
    heard = await every(speech, {language: Speech(text, language) for language in (one, other)})

    assert difference(heard[one], heard[other]) > SAME_VOICE


async def every(speech: SpeechService, sentences: dict[str, Speech]) -> dict[str, Sound]:
    async with asyncio.TaskGroup() as group:
        made = {
            language: group.create_task(speech.render(sentence, rate_hz=8000))
            for language, sentence in sentences.items()
        }
    return {language: listen(task.result()) for language, task in made.items()}
