import asyncio

import pytest

from api.clock import SystemClock
from engine.consent import Announcement
from engine.errors import MediaError, SpeechError
from engine.phrases import Phrase
from engine.ports import Speech


async def test_consent_is_given_only_after_the_announcement_was_heard_to_its_end() -> None:
    said: list[Speech] = []
    heard = asyncio.Event()

    async def announce(speech: Speech) -> None:
        said.append(speech)
        await heard.wait()

    asking = asyncio.create_task(Announcement(SystemClock()).obtain("nl-BE", announce))
    await asyncio.sleep(0.01)
    assert said == [Speech("Dit gesprek wordt opgenomen.", "nl-BE")]
    assert not asking.done()

    heard.set()

    consent = await asking
    assert consent is not None
    assert consent.basis == "announced"


@pytest.mark.parametrize("failure", [SpeechError("no voice"), MediaError("no file")])
async def test_an_announcement_that_could_not_be_spoken_is_no_consent(failure: Exception) -> None:
    async def announce(speech: Speech) -> None:
        raise failure

    assert await Announcement(SystemClock()).obtain("fr-FR", announce) is None


@pytest.mark.parametrize("phrase", Phrase)
@pytest.mark.parametrize("language", ["nl-NL", "fr-CH", "de-AT", "en-IE"])
def test_every_phrase_is_spoken_in_the_calls_own_language(phrase: Phrase, language: str) -> None:
    assert phrase.in_language(language, count=3).language == language
