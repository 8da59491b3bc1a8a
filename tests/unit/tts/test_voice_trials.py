"""Voices are tried when a node starts, unless the very same were found well before."""

import importlib.metadata
from pathlib import Path

import pytest

from engine.errors import SetupError
from engine.model.languages import LANGUAGES
from tts import synthesizer, versions
from tts.cache import PromptCache
from tts.synthesizer import SpeechService
from tts.voice_trials import VoiceTrials
from tts.voices import VoiceTable

pytestmark = pytest.mark.processes


async def _started(folder: Path) -> tuple[int, list[bool]]:
    """How many workers a start with the voices of one engine needed, and what came of each."""
    service = SpeechService.create(PromptCache(folder), VoiceTable({}, {}), workers=1)
    try:
        checks = await service.start()
        return len(service.pool.pids), [each.ok for each in checks]
    finally:
        await service.close()


async def test_a_restart_with_the_same_voices_tries_none(tmp_path: Path) -> None:
    assert await _started(tmp_path) == (1, [True] * len(LANGUAGES))

    assert await _started(tmp_path) == (0, [True] * len(LANGUAGES))


def test_a_disk_that_takes_nothing_stops_no_start(tmp_path: Path) -> None:
    trials = VoiceTrials(tmp_path / "absent" / "voices-tried.json")

    trials.keep({}, [])

    assert trials.found({}) is None


async def test_another_version_of_a_library_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await _started(tmp_path)
    monkeypatch.setattr(importlib.metadata, "version", lambda package: f"{package} 999")
    versions._version.cache_clear()

    workers, _ = await _started(tmp_path)

    versions._version.cache_clear()
    assert workers == 1


async def test_what_can_not_be_read_is_tried_again(tmp_path: Path) -> None:
    await _started(tmp_path)
    (tmp_path / "voices-tried.json").write_text('{"what": ')

    assert (await _started(tmp_path))[0] == 1
    assert (await _started(tmp_path))[0] == 0


async def test_a_driver_found_faulty_is_not_remembered_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ignoring(_seconds: object) -> list[str]:
        return ["the espeak driver ignores the rate"]

    monkeypatch.setattr(synthesizer, "rate_faults", ignoring)
    with pytest.raises(SetupError, match="ignores the rate"):
        await _started(tmp_path)
    monkeypatch.undo()

    assert (await _started(tmp_path))[0] == 1


async def test_a_library_of_the_distribution_is_always_tried_since_it_may_change_unseen(tmp_path: Path) -> None:
    assert versions.what_speaks(VoiceTable({}, {}), espeak="system") is None
