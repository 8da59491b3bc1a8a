"""How many processes read what callers say, by the settings or as fits the machine."""

from pathlib import Path

import pytest

from api.node.machine import Machine
from api.node.reader_count import readers_of, threads_of
from api.node.recognition import recognizer
from config.settings import Settings
from engine.errors import SetupError
from engine.metrics.meters import Meters


def machine(cores: float, memory_mb: float) -> Machine:
    return Machine(cores=cores, memory_mb=memory_mb, files=1024, rtp_ports=4000)


@pytest.mark.parametrize(
    ("cores", "memory_mb", "readers", "threads"),
    [
        pytest.param(0.5, 1000, 1, 1, id="a part of a core has one"),
        pytest.param(2, 8000, 1, 2, id="two cores have one of two threads"),
        pytest.param(8, 32_000, 4, 2, id="eight cores have four of two threads"),
        pytest.param(8, 2500, 2, 4, id="little memory has fewer, of more threads"),
        pytest.param(64, 256_000, 8, 4, id="more than eight are never begun by themselves"),
    ],
)
def test_all_readers_at_work_use_each_core_once(cores: float, memory_mb: float, readers: int, threads: int) -> None:
    here = machine(cores, memory_mb)

    found = readers_of(Settings(recognizer="whisper"), here)

    assert (found, threads_of(found, here.cores)) == (readers, threads)


def test_workers_share_the_readers_that_fit_their_machine() -> None:
    settings = Settings(recognizer="whisper")

    assert readers_of(settings, machine(16, 64_000), workers=4) == 2
    assert readers_of(settings, machine(4, 64_000), workers=4) == 1


def test_a_number_that_is_set_is_kept() -> None:
    assert readers_of(Settings(recognizer="whisper", recognizer_readers=3), machine(2, 8000)) == 3


def test_models_of_the_operators_own_that_are_not_there_stop_the_start(tmp_path: Path) -> None:
    settings = Settings(recognizer=f"sherpa:{tmp_path}/models", data_dir=tmp_path)

    with pytest.raises(SetupError, match=r"TELEFOON_RECOGNIZER is sherpa:.*/models, and there is no such folder"):
        recognizer(settings, machine(2, 8000), Meters())


def test_nothing_is_begun_where_nobody_is_to_be_understood() -> None:
    assert recognizer(Settings(), machine(2, 8000), Meters()) is None
