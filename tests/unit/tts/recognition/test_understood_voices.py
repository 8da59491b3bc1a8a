"""Whether what the platform says about recording is understood on the telephone: read by a recogniser, after G.711."""

import base64

import numpy as np
import pytest
import soundfile

from engine.consent import Sentence, load_texts
from engine.ports import Speech
from tests.peers.g711 import PCMA
from tests.peers.word_errors import word_errors
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.processes,
    pytest.mark.costly("each sentence is spoken, and read with care"),
]


async def read(recognizer: WhisperRecognizer, voices: SpeechService, text: str, language: str) -> str:
    """What the recogniser makes of it."""
    samples, _ = soundfile.read(await voices.render(Speech(text, language), rate_hz=8000), dtype="int16")
    heard = PCMA.decode(PCMA.encode(samples))
    job = {
        "do": "read", "pcm": base64.b64encode(np.asarray(heard, "<i2").tobytes()).decode(), "rate_hz": 8000,
        "language": language[:2], "hints": [], "careful": True,
    }  # fmt: skip
    return str((await recognizer.pool.run(job, timeout_s=60))["text"])


@pytest.mark.parametrize("sentence", [Sentence.ANNOUNCEMENT, Sentence.QUESTION])
@pytest.mark.parametrize("language", ["fr-FR", "de-DE", "en-GB"])
async def test_what_is_said_about_recording_is_understood(
    recognizer: WhisperRecognizer, voices: SpeechService, language: str, sentence: Sentence
) -> None:
    said = load_texts().wording(sentence, language).text

    understood = await read(recognizer, voices, said, language)

    errors, words = word_errors(said, understood, language)
    assert errors <= words * 0.3, understood
