"""Whether what the platform says about recording is understood on the telephone: read by a recogniser, after G.711."""

import pytest

from engine.model.consent import OF_RECORDING, load_texts
from engine.ports import Speech
from tests.peers.judge import read_by
from tests.peers.word_errors import word_errors
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.processes,
    pytest.mark.costly("each sentence is spoken, and read with care"),
]


@pytest.mark.parametrize("language", ["nl-NL", "fr-FR", "de-DE", "en-GB"])
async def test_what_is_said_about_recording_is_understood_word_for_word(
    recognizer: WhisperRecognizer, best_voices: SpeechService, language: str
) -> None:
    texts, misread = load_texts(), []
    for sentence in OF_RECORDING:
        said = texts.wording(sentence, language).text
        wav = await best_voices.render(Speech(said, language), rate_hz=8000)
        read = await read_by(recognizer.readers.pool, wav, language)
        if word_errors(said, read, language)[0]:
            misread.append((said, read))

    assert misread == []
