"""Whose turn it is to be read, where more callers speak than processes read."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.tts.recognition.pool_by_hand import PoolByHand, settled
from tts.recognition.readers import Readers, Urgency
from tts.recognition.recognizer import WhisperRecognizer


@pytest.fixture
def pool(tmp_path: Path) -> PoolByHand:
    return PoolByHand(tmp_path)


def named(pool: PoolByHand) -> Sequence[str]:
    return [str(job["of"]) for job in pool.began]


async def test_last_words_are_read_before_pauses_and_each_kind_in_the_order_of_asking(pool: PoolByHand) -> None:
    readers = Readers(pool)
    for name, urgency in (
        ("first", Urgency.PAUSE),
        ("second", Urgency.PAUSE),
        ("third", Urgency.LAST_WORDS),
        ("fourth", Urgency.PAUSE),
        ("fifth", Urgency.LAST_WORDS),
    ):
        readers.ask({"of": name}, urgency)
    for number in range(5):
        await settled()
        await pool.does(number)

    assert named(pool) == ["first", "third", "fifth", "second", "fourth"]


async def test_who_pauses_again_and_again_keeps_nobody_waiting_longer_than_one_reading(pool: PoolByHand) -> None:
    readers = Readers(pool)
    readers.ask({"of": "talker"}, Urgency.PAUSE)
    readers.ask({"of": "other"}, Urgency.PAUSE)
    await settled()
    readers.ask({"of": "talker"}, Urgency.PAUSE)

    await pool.does(0)
    await pool.does(1)

    assert named(pool) == ["talker", "other", "talker"]


async def test_as_many_are_read_at_once_as_there_are_processes(tmp_path: Path) -> None:
    pool = PoolByHand(tmp_path, size=2)
    readers = Readers(pool)
    for name in ("one", "two", "three"):
        readers.ask({"of": name}, Urgency.LAST_WORDS)
    await settled()
    assert (named(pool), readers.idle, readers.last_words_waiting) == (["one", "two"], False, 1)

    await pool.does(1)

    assert named(pool) == ["one", "two", "three"]


async def test_what_nobody_wants_any_more_is_not_begun(pool: PoolByHand) -> None:
    readers = Readers(pool)
    under_way = readers.ask({"of": "one"}, Urgency.PAUSE)
    waiting = readers.ask({"of": "two"}, Urgency.PAUSE)
    await settled()

    assert readers.drop(waiting)
    assert not readers.drop(under_way), "to cut it off would cost the process"
    await pool.does(0)

    assert named(pool) == ["one"]
    assert readers.idle


async def test_a_pause_that_has_become_the_end_goes_before_other_pauses(pool: PoolByHand) -> None:
    readers = Readers(pool)
    readers.ask({"of": "under way"}, Urgency.PAUSE)
    readers.ask({"of": "pausing"}, Urgency.PAUSE)
    ending = readers.ask({"of": "ending"}, Urgency.PAUSE)
    await settled()

    readers.hasten(ending)
    await pool.does(0)

    assert named(pool)[1] == "ending"


async def test_they_are_behind_while_last_words_wait_for_longer_than_two_readings(pool: PoolByHand) -> None:
    readers = Readers(pool)
    recognizer = WhisperRecognizer(readers)
    for name in ("under way", "first", "second"):
        assert not recognizer.is_behind()
        readers.ask({"of": name}, Urgency.LAST_WORDS)
    assert recognizer.is_behind()

    await settled()
    await pool.does(0)

    assert not recognizer.is_behind()


async def test_all_models_are_loaded_once_as_soon_as_somebody_is_listened_to(tmp_path: Path) -> None:
    pool = PoolByHand(tmp_path, size=3)
    readers = Readers(pool, threads=2)

    readers.warm()
    readers.warm()
    await settled()

    assert pool.began == [{"do": "warm", "threads": 2}] * 3


async def test_it_is_told_how_long_last_words_have_waited_and_nothing_of_pauses(pool: PoolByHand) -> None:
    waits: list[float] = []
    readers = Readers(pool, waited=waits.append)
    readers.ask({"of": "pausing"}, Urgency.PAUSE)
    readers.ask({"of": "ending"}, Urgency.LAST_WORDS)
    await settled()
    assert waits == []

    await pool.does(0)

    assert len(waits) == 1
