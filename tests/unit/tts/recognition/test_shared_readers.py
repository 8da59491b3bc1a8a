"""Two real reader processes, and more people who talk than there are: each has their turn, and one too many is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio

from engine.errors import RecognizerBusy
from engine.ports.recognition import SpeechBegan, Transcript
from tests.peers.waiting import within
from tests.unit.tts.recognition.test_recognizer import quiet, said, spoken, words
from tts.recognition.readers import Readers
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.processes,
    pytest.mark.costly("two neural models listen"),
]

PEOPLE = 4
"""Two a reader, as many as are listened to."""
TURNS = 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two_readers(
    recognizer: WhisperRecognizer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[WhisperRecognizer]:
    """Of two processes, each with its model."""
    del recognizer  # skips where the model is not installed
    readers = Readers.begun(tmp_path_factory.mktemp("readers"), size=2)
    readers.patience_s = 120.0  # a machine that does much else reads slowly
    shared = WhisperRecognizer(readers, speakers_a_reader=PEOPLE // 2)
    await shared.check()
    yield shared
    await shared.close()


async def test_four_people_share_two_readers_turn_by_turn_and_a_fifth_is_told_at_once(
    two_readers: WhisperRecognizer, voices: SpeechService
) -> None:
    sentences = ("I would like to speak with somebody.", "Please call me back tomorrow morning.")
    turns = [await spoken(voices, each, "en-GB") for each in sentences]
    heard: list[tuple[int, int]] = []
    texts: dict[tuple[int, int], str] = {}
    everybody_talks = asyncio.Barrier(PEOPLE + 1)

    async def talks(person: int) -> None:
        for turn in range(TURNS):
            pcm = turns[(person + turn) % len(turns)]
            async with aclosing(two_readers.listen(said(pcm, quiet(2)), language="en-GB", rate_hz=8000)) as results:
                async for each in results:
                    if turn == 0 and isinstance(each, SpeechBegan):
                        await everybody_talks.wait()
                    if isinstance(each, Transcript):
                        heard.append((turn, person))
                        texts[turn, person] = each.text

    async with within(300), asyncio.TaskGroup() as group:
        for person in range(PEOPLE):
            group.create_task(talks(person))
        await everybody_talks.wait()
        with pytest.raises(RecognizerBusy, match="4 callers are being listened to"):
            two_readers.listen(said(), language="en-GB", rate_hz=8000)

    assert len(two_readers.readers.pool.pids) == 2
    for (turn, person), text in texts.items():
        expected = "tomorrow" if (person + turn) % 2 else "speak"
        assert expected in words(text), (turn, person, text)
    assert {person for turn, person in heard[:PEOPLE] if turn == 0} == set(range(PEOPLE)), "all before any again"
    assert not two_readers.is_behind()
