"""What is read of a caller who speaks, pauses, goes on and ends; and which reading is believed."""

from pathlib import Path

import pytest

from engine.errors import RecognitionError
from engine.ports.recognition import (
    PartialTranscript,
    SpeechBegan,
    SpeechPaused,
    SpeechResumed,
    Transcript,
)
from tests.unit.tts.recognition.caller_by_hand import CallerByHand
from tests.unit.tts.recognition.pool_by_hand import PoolByHand, settled
from tests.unit.tts.recognition.test_utterance import noise, quiet
from tts.recognition.hearing import Hearing, SpeechManner
from tts.recognition.readers import Readers, Urgency
from tts.recognition.utterance import Utterance

END_SILENCE_S = 0.6


class Caller(CallerByHand):
    """Somebody whose speech is read by a pool that the test ends by hand."""

    def __init__(self, readers: Readers, *, partials: bool = False) -> None:
        manner = SpeechManner("en", 8000, partials=partials)
        super().__init__(Hearing(readers, manner, Utterance(8000, END_SILENCE_S)).understand)

    async def speaks(self, seconds: float) -> None:
        await self.says(noise(seconds, -20))

    async def is_silent(self, seconds: float) -> None:
        await self.says(quiet(seconds))


@pytest.fixture
def pool(tmp_path: Path) -> PoolByHand:
    return PoolByHand(tmp_path)


@pytest.fixture
def readers(pool: PoolByHand) -> Readers:
    return Readers(pool)


async def test_a_reading_begins_at_200_ms_of_silence_and_is_the_transcript_at_the_end(
    readers: Readers, pool: PoolByHand
) -> None:
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(0.18)
    assert (caller.told, len(pool.began)) == ([SpeechBegan()], 0)

    await caller.is_silent(0.02)
    assert (caller.told[1:], len(pool.began)) == ([SpeechPaused()], 1)
    await pool.does(0, "Good morning.")
    assert caller.told[2:] == []
    await caller.is_silent(END_SILENCE_S)

    assert caller.told[2:] == [Transcript("Good morning.", 0.9)]
    assert len(pool.began) == 1, "it was read already"


async def test_a_reading_under_way_at_the_end_is_waited_for_and_no_other_begun(
    readers: Readers, pool: PoolByHand
) -> None:
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(0.2)
    await caller.is_silent(1)
    assert Transcript("Good morning.", 0.9) not in caller.told

    await pool.does(0, "Good morning.")

    assert caller.told[-1] == Transcript("Good morning.", 0.9)
    assert len(pool.began) == 1


async def test_a_reading_is_thrown_away_where_the_caller_goes_on(readers: Readers, pool: PoolByHand) -> None:
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(0.2)
    await caller.speaks(1)
    await pool.does(0, "Good")
    await caller.is_silent(0.2)
    await caller.is_silent(1)

    await pool.does(1, "Good morning.")

    assert caller.told == [
        SpeechBegan(),
        SpeechPaused(),
        SpeechResumed(),
        SpeechPaused(),
        Transcript("Good morning.", 0.9),
    ]
    first, second = (len(str(job["pcm"])) for job in pool.began)
    assert second > 1.5 * first, "all that was said is read again"


async def test_a_reading_that_has_not_begun_never_does_where_the_caller_goes_on(
    readers: Readers, pool: PoolByHand
) -> None:
    readers.ask({"of": "somebody else"}, Urgency.LAST_WORDS)
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(0.2)
    await caller.speaks(1)
    await caller.is_silent(0.2)

    await pool.does(0)
    await pool.does(1, "Good morning.")

    assert [job["do"] for job in pool.began[1:]] == ["read"]


async def test_last_words_overtake_the_pauses_of_others(readers: Readers, pool: PoolByHand) -> None:
    readers.ask({"of": "under way"}, Urgency.PAUSE)
    readers.ask({"of": "pausing"}, Urgency.PAUSE)
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(0.2)
    await caller.is_silent(1)

    await pool.does(0)

    assert pool.began[1]["do"] == "read"


async def test_a_reading_that_fails_at_a_pause_is_tried_again_at_the_end(readers: Readers, pool: PoolByHand) -> None:
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(0.2)
    await pool.fails(0)
    await caller.is_silent(0.2)
    assert len(pool.began) == 1

    await caller.is_silent(1)
    await pool.does(1, "Good morning.")

    assert caller.told[-1] == Transcript("Good morning.", 0.9)


async def test_a_reading_that_fails_at_the_end_is_an_error(readers: Readers, pool: PoolByHand) -> None:
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(1)
    await pool.fails(0)

    with pytest.raises(RecognitionError, match="too long"):
        await caller.listening


async def test_what_is_being_said_is_read_where_that_is_wanted_and_a_reader_is_idle(
    readers: Readers, pool: PoolByHand
) -> None:
    silent, told = Caller(readers), Caller(readers, partials=True)
    await silent.speaks(1.2)
    assert pool.began == []

    await told.speaks(1.2)
    await pool.does(0, "Good")
    assert told.told == [SpeechBegan(), PartialTranscript("Good")]

    readers.ask({"of": "somebody else"}, Urgency.LAST_WORDS)
    await settled()
    await told.speaks(1.2)
    assert len(pool.began) == 2, "nobody waits behind what is only told meanwhile"


async def test_what_was_read_before_the_caller_went_on_is_told_as_text_so_far(
    readers: Readers, pool: PoolByHand
) -> None:
    caller = Caller(readers, partials=True)
    await caller.speaks(0.8)
    await caller.is_silent(0.2)
    await caller.speaks(0.3)
    await caller.is_silent(0.2)

    await pool.does(0, "Good")

    assert caller.told[-1] == PartialTranscript("Good")


async def test_who_leaves_leaves_nothing_waiting_for_a_reader(readers: Readers, pool: PoolByHand) -> None:
    readers.ask({"of": "somebody else"}, Urgency.LAST_WORDS)
    caller = Caller(readers)
    await caller.speaks(1)
    await caller.is_silent(0.2)

    caller.listening.cancel()
    await settled()
    await pool.does(0)

    assert len(pool.began) == 1
