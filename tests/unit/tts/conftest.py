from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tts.cache import PromptCache
from tts.synthesizer import SpeechService


@pytest.fixture
def cache(tmp_path: Path) -> PromptCache:
    return PromptCache(tmp_path / "prompts-cache")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def speech(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpeechService]:
    """A started service with real workers, shared by the tests of one file."""
    service = SpeechService.create(PromptCache(tmp_path_factory.mktemp("prompts")))
    await service.start()
    yield service
    await service.close()
