"""What the platform says, as a far end would hear it."""

import asyncio
from pathlib import Path
from typing import Final

from engine.live.phrases import Phrase
from engine.model.consent import Sentence, load_texts
from tests.peers.audio import Sound, contains
from tests.peers.ear import RtpEar
from tests.peers.platform import Platform
from tests.peers.waiting import within

ENGLISH: Final = "en-GB"
ALIKE: Final = 0.7
_LOOK_AGAIN_S: Final = 0.5


def spoken(telefoon: Platform, folder: Path, phrase: Phrase, **values: object) -> Sound:
    """One of the platform's own sentences, in English."""
    return said(telefoon, folder, phrase.name, phrase.in_language(ENGLISH, **values).text)


def about_recording(telefoon: Platform, folder: Path, sentence: Sentence, language: str = ENGLISH) -> Sound:
    """What is said about being recorded."""
    return said(telefoon, folder, sentence, load_texts().wording(sentence, language).text, language)


def said(telefoon: Platform, folder: Path, name: str, text: str, language: str = ENGLISH) -> Sound:
    """A text, as the platform's own voice says it."""
    wav = folder / f"{name}.wav"
    telefoon.telefoon("say", text, "--language", language, "-o", str(wav))
    return Sound.of_file(wav)


async def is_told(ear: RtpEar, sentence: Sound, *, within_s: float = 15.0, since_s: float = 0.0) -> None:
    """Wait until a far end has heard the sentence."""
    alike = 0.0
    try:
        async with within(within_s):
            while (alike := contains(ear.heard(since_s), sentence).score) < ALIKE:
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        raise AssertionError(f"not told within {within_s:g} s; what was heard is like it by {alike:.2f}") from None
