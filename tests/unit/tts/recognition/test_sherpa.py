"""sherpa-onnx in its process, with a model of two words: "la" and "li" by turns, for as long as it is loud."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from engine.errors import RecognitionError
from engine.ports.recognition import PartialTranscript, SpeechBegan, Transcript, Understood
from tests.peers.waiting import within
from tests.unit.tts.recognition.model_of_two_words import write_model
from tests.unit.tts.recognition.test_utterance import noise, quiet
from tts.recognition.streaming.models import Models, StreamingEngine
from tts.recognition.streaming.recognizer import StreamingRecognizer

pytest.importorskip("sherpa_onnx")

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.processes]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recognizer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamingRecognizer]:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "nl")
    models = Models.found(StreamingEngine.SHERPA, folder)
    recognizer = StreamingRecognizer.begun(models, tmp_path_factory.mktemp("scratch"))
    await recognizer.check()
    yield recognizer
    await recognizer.close()


async def understood(recognizer: StreamingRecognizer, *parts: bytes) -> list[Understood]:
    async def said() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
            await asyncio.sleep(0.05)
        await asyncio.Event().wait()

    listening = recognizer.listen(said(), language="nl-BE", rate_hz=8000, end_silence_s=0.6)
    async with within(60), aclosing(listening) as results:
        return [each async for each in results]


async def test_words_are_decoded_while_they_are_said(recognizer: StreamingRecognizer) -> None:
    loud = noise(0.5, -10)

    results = await understood(recognizer, quiet(1), loud, loud, loud, quiet(0.7))

    texts = [each.text for each in results if isinstance(each, PartialTranscript)]
    last = results[-1]
    assert isinstance(results[0], SpeechBegan)
    assert texts[0].startswith("la li")
    assert len(texts) > 1
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert isinstance(last, Transcript)
    assert last.text.startswith(texts[-1])
    assert 0 < last.confidence <= 1


async def test_speakers_of_one_process_each_have_their_own_words(recognizer: StreamingRecognizer) -> None:
    short, long = await asyncio.gather(
        understood(recognizer, noise(0.3, -10), quiet(0.7)), understood(recognizer, noise(2, -10), quiet(0.7))
    )

    of_short, of_long = (len(each[-1].text.split()) for each in (short, long) if isinstance(each[-1], Transcript))
    assert 0 < of_short < of_long / 2


async def test_a_process_that_crashes_costs_the_words_that_it_had_heard_and_no_more(
    recognizer: StreamingRecognizer,
) -> None:
    async def said() -> AsyncIterator[bytes]:
        yield noise(1, -10)
        await crashed.wait()
        yield noise(0.5, -10)
        yield quiet(0.7)

    crashed = asyncio.Event()
    async with within(60), aclosing(recognizer.listen(said(), language="nl-NL", rate_hz=8000, end_silence_s=0.6)) as it:
        before = await anext(each async for each in it if isinstance(each, PartialTranscript))
        (doomed,) = recognizer.decoders[0].pool.pids
        os.kill(doomed, signal.SIGKILL)
        crashed.set()
        after = [each async for each in it][-1]

    assert isinstance(after, Transcript)
    assert 0 < len(after.text.split()) < len(before.text.split())
    assert recognizer.decoders[0].pool.pids != (doomed,)


async def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "tokens.txt").write_text("<blk> 0\n")
    recognizer = StreamingRecognizer.begun(Models.found(StreamingEngine.SHERPA, tmp_path), tmp_path / "scratch")

    with pytest.raises(RecognitionError, match=r"The model in .*/nl can't be loaded: .*/nl has no model\*\.onnx"):
        await recognizer.check()
    await recognizer.close()
