"""The platform's own sentences in English, spoken once in a run: two renderings of a text differ in pitch.

The synthesizer goes on with its flutter from sentence to sentence, so what a server has spoken after others is alike a
first rendering by 0.6 only. Both take what is in the folder of prompts already.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from api.node.speech import speech_service
from config.settings import Settings
from engine.live.phrases import Phrase
from engine.model.consent import OF_RECORDING, load_texts
from engine.model.languages import LANGUAGES
from engine.ports import Speech

LANGUAGE: Final = "en-GB"
ENGINES: Final = {tag: ["pyttsx3"] for tag in sorted(LANGUAGES)}
"""Ready sooner than the voices that speak by themselves, where the voice is not the subject."""
RATE_HZ: Final = 16_000
"""Of a bridge with wide codecs, and of `telefoon say`."""


async def render_own_sentences(data: Path, *more: str) -> None:
    """And `more`, into the data folder, where the voices are known to have been tried, too."""
    service = speech_service(Settings(data_dir=data, tts_workers=1, tts_engines=ENGINES))
    try:
        await service.start()
        for speech in (*own_sentences(), *(Speech(text, LANGUAGE) for text in more)):
            await service.render(speech, rate_hz=RATE_HZ)
    finally:
        await service.close()


def own_sentences() -> Iterator[Speech]:
    """All that need no values."""
    for phrase in Phrase:
        with suppress(KeyError):
            yield phrase.in_language(LANGUAGE)
    texts = load_texts()
    for sentence in OF_RECORDING:
        yield Speech(texts.wording(sentence, LANGUAGE).text, LANGUAGE)
