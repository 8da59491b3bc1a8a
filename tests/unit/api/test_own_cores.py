"""Which cores a process runs on: what the settings allow, and how cores are shared out."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.node.machine import Machine
from api.node.own_cores import as_setting, keep_to, shares, usable
from api.node.recognition import recognizer
from api.node.speech import speech_service
from config.settings import Settings
from engine.errors import SetupError
from engine.metrics.meters import Meters
from tts.recognition.recognizer import WhisperRecognizer

CORES = st.frozensets(st.integers(0, 500), min_size=1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3", {3}),
        ("0-3", {0, 1, 2, 3}),
        ("0-1, 8 10-11", {0, 1, 8, 10, 11}),
        ([1, 2], {1, 2}),
        ("auto", "auto"),
        ("any", "any"),
    ],
)
def test_cores_are_numbers_and_spans_of_them(written: object, meant: object) -> None:
    assert Settings(cores=written).cores == meant  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["", "two", "3-1", "1-", "-1", "1-2-3"])
def test_what_names_no_cores_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="write auto, any, or numbers of cores"):
        Settings(cores=written)  # type: ignore[arg-type]


@given(CORES)
def test_what_is_handed_to_a_worker_is_read_as_it_was_meant(cores: frozenset[int]) -> None:
    assert Settings(cores=as_setting(cores)).cores == cores  # type: ignore[arg-type]


@given(CORES, st.integers(1, 64))
def test_cores_are_shared_out_evenly_and_none_twice(cores: frozenset[int], count: int) -> None:
    found = shares(cores, count)

    assert len(found) == count
    if count > len(cores):
        assert set(found) == {cores}
    else:
        assert frozenset().union(*found) == cores
        assert sum(map(len, found)) == len(cores)
        assert max(map(len, found)) - min(map(len, found)) <= 1


def test_cores_that_a_process_may_not_use_are_named() -> None:
    with pytest.raises(SetupError, match="TELEFOON_CORES names core 100000, and this process may use"):
        keep_to(frozenset({100_000}) | usable())


def test_what_speaks_runs_where_the_settings_say(tmp_path: Path) -> None:
    named = speech_service(Settings(speech_cores="0, 2", data_dir=tmp_path))  # type: ignore[arg-type]
    any_of_them = speech_service(Settings(data_dir=tmp_path))

    assert named.pool.cores == named.neural.cores == {0, 2}
    assert any_of_them.pool.cores == frozenset()


def test_who_recognises_runs_on_cores_of_its_own_and_uses_each_of_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WhisperRecognizer, "require", lambda _: None)
    settings = Settings(recognizer="whisper", recognizer_readers=1, speech_cores="0-3", data_dir=tmp_path)  # type: ignore[arg-type]

    found = recognizer(settings, Machine(cores=1, memory_mb=8000, files=1024, rtp_ports=4000), Meters())

    assert isinstance(found, WhisperRecognizer)
    assert found.readers.pool.cores == {0, 1, 2, 3}
    assert found.readers.threads == min(4, Machine(4, 8000, 1024, 4000).within(frozenset(range(4))))


def test_no_particular_cores_change_nothing() -> None:
    before = os.sched_getaffinity(0)

    keep_to("auto")
    keep_to("any")

    assert os.sched_getaffinity(0) == before
