"""A streaming model of the operator's own: which languages it has, what is missing, and what is sent when."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.settings import Settings
from engine.errors import RecognizerBusy, SetupError, UnknownLanguage
from engine.ports.recognition import (
    PartialTranscript,
    SpeechBegan,
    SpeechPaused,
    SpeechResumed,
    Transcript,
)
from tests.unit.tts.recognition.caller_by_hand import CallerByHand
from tests.unit.tts.recognition.pool_by_hand import settled
from tests.unit.tts.recognition.test_utterance import noise, quiet
from tts.recognition.streaming.hearing import StreamingHearing
from tts.recognition.streaming.models import Models, StreamingEngine
from tts.recognition.streaming.recognizer import StreamingRecognizer
from tts.recognition.utterance import Utterance


@pytest.fixture
def _vosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is installed, as far as can be seen without loading it."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "vosk.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))


def model(folder: Path, tag: str) -> Path:
    """The folder of a model, which has the file by which it is known."""
    (folder / tag / "am").mkdir(parents=True)
    (folder / tag / "am" / "final.mdl").touch()
    return folder / tag


class TestModels:
    def test_a_model_of_a_bare_language_understands_all_its_regions(self, tmp_path: Path) -> None:
        models = Models(StreamingEngine.VOSK, {"nl": tmp_path / "nl", "fr-BE": tmp_path / "fr-BE"})

        assert models.languages() == {"nl-NL", "nl-BE", "fr-BE"}
        assert models.folder_of("nl-BE") == tmp_path / "nl"
        with pytest.raises(UnknownLanguage, match="fr-FR is understood by no model here; those there are: nl, fr-BE"):
            models.folder_of("fr-FR")

    def test_a_model_of_the_region_comes_before_one_of_the_language(self, tmp_path: Path) -> None:
        models = Models(StreamingEngine.VOSK, {"nl": tmp_path / "nl", "nl-BE": tmp_path / "nl-BE"})

        assert models.folder_of("nl-BE") == tmp_path / "nl-BE"

    def test_an_engine_that_is_not_installed_is_named_with_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "sherpa_onnx", None)

        with pytest.raises(SetupError, match=r"sherpa_onnx is not installed\. Run: pip install 'telefoon\[sherpa\]'"):
            Models.found(StreamingEngine.SHERPA, tmp_path)

    @pytest.mark.usefixtures("_vosk")
    def test_models_are_found_by_their_folders(self, tmp_path: Path) -> None:
        folder = tmp_path / "models"
        dutch, french = model(folder, "nl"), model(folder, "fr-BE")

        assert Models.found(StreamingEngine.VOSK, folder).folders == {"nl": dutch, "fr-BE": french}

    @pytest.mark.usefixtures("_vosk")
    @pytest.mark.parametrize(
        ("made", "fault"),
        [
            ([], "there is no such folder"),
            ([""], "holds no folder of a language, such as .*/models/nl"),
            (["dutch/am"], "dutch is named after no language"),
            (["nl/graph"], "is no model of vosk: it has no am/final.mdl or final.mdl"),
        ],
    )
    def test_a_folder_that_is_none_is_told_at_the_start(self, tmp_path: Path, made: list[str], fault: str) -> None:
        for each in made:
            (tmp_path / "models" / each).mkdir(parents=True)

        with pytest.raises(SetupError, match=f"TELEFOON_RECOGNIZER is vosk:.*{fault}"):
            Models.found(StreamingEngine.VOSK, tmp_path / "models")


@pytest.mark.parametrize("wrong", ["whisper:/models", "vosk", "vosk:models", "sherpa:"])
def test_a_setting_that_names_no_folder_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="an engine and the folder of its models, such as vosk:/models"):
        Settings(recognizer=wrong)


async def test_speakers_are_spread_over_the_processes_and_who_is_one_too_many_is_told_at_once(tmp_path: Path) -> None:
    async def said() -> AsyncIterator[bytes]:
        yield quiet(1)
        await asyncio.Event().wait()

    models = Models(StreamingEngine.VOSK, {"nl": tmp_path / "nl"})
    recognizer = StreamingRecognizer.begun(models, tmp_path / "scratch", size=2)
    recognizer.speakers_a_process = 1
    listening = [
        asyncio.ensure_future(anext(recognizer.listen(said(), language="nl-BE", rate_hz=8000))) for _ in range(2)
    ]
    await settled()

    assert [len(decoder.speakers) for decoder in recognizer.decoders] == [1, 1]
    assert not recognizer.is_free()
    with pytest.raises(RecognizerBusy):
        recognizer.listen(said(), language="nl-BE", rate_hz=8000)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    assert recognizer.is_free()
    await recognizer.close()


class Process:
    """A speaker's process, by hand: it understands `text`."""

    def __init__(self) -> None:
        self.jobs: list[Mapping[str, Any]] = []
        self.text = ""

    async def do(self, job: Mapping[str, Any]) -> dict[str, Any]:
        self.jobs.append(job)
        return {"text": self.text, "confidence": 0.8}

    @property
    def done(self) -> list[str]:
        return [job["do"] for job in self.jobs]

    @property
    def heard_s(self) -> float:
        return sum(len(base64.b64decode(job.get("pcm", ""))) for job in self.jobs) / 16000


def caller_of(process: Process) -> CallerByHand:
    hearing = StreamingHearing(process.do, {"speaker": 7}, Utterance(8000, 0.6), partials=True)
    return CallerByHand(hearing.understand)


async def test_words_are_told_while_they_are_said_and_whole_at_the_silence() -> None:
    process = Process()
    caller = caller_of(process)
    await caller.says(quiet(1))
    assert process.jobs == [], "silence is not decoded"

    process.text = "good"
    await caller.says(noise(0.5, -20))
    process.text = "good morning"
    await caller.says(quiet(0.3))
    await caller.says(noise(0.5, -20))
    await caller.says(quiet(0.7))

    assert caller.told == [
        SpeechBegan(),
        PartialTranscript("good"),
        SpeechPaused(),
        PartialTranscript("good morning"),
        SpeechResumed(),
        SpeechPaused(),
        Transcript("good morning", 0.8),
    ]
    assert process.done[-1] == "end"
    with_silence_around = 0.3 + 0.5 + 0.3 + 0.5 + 0.4
    assert process.heard_s == pytest.approx(with_silence_around, abs=0.1), "each sample once"


async def test_what_a_process_has_of_a_speaker_who_leaves_is_forgotten() -> None:
    process = Process()
    caller = caller_of(process)
    await caller.says(noise(0.5, -20))

    caller.listening.cancel()
    await settled()

    assert process.done == ["hear", "forget"]
