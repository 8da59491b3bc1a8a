"""Whatever comes, a reader reads it or raises its own error: what is nearly right, by a seed, and anything at all."""

import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sip.fuzz.mutation import Mutation
from tests.sip.fuzz.terms import MINUTES, SEED
from tests.unit.readers.findings import FINDINGS
from tests.unit.readers.seeds import SEEDS
from tests.unit.readers.targets import TARGETS

ROUNDS: Final = 300
"""Of each target, in the minute of the tests."""
ATHERIS_S: Final = 4
"""In the minute of the tests; a sixth of the time that `make fuzz` is given."""


@pytest.mark.parametrize(("target", "data"), FINDINGS)
def test_what_was_found_once_is_read(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_right_is_read(target: str) -> None:
    for data in SEEDS[target]:
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.binary(max_size=400))
def test_anything_is_read(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_nearly_right_is_read(target: str) -> None:
    random = Random(f"{target} {SEED}")
    mutation = Mutation(random)
    for _ in range(ROUNDS):
        data = mutation.of(random.choice(SEEDS[target]))
        try:
            TARGETS[target](data)
        except Exception as error:
            error.add_note(f"of {data!r}, with seed {SEED}")
            raise


@pytest.mark.processes
def test_atheris_finds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="there is no wheel of it for this machine")
    seconds = ATHERIS_S if MINUTES <= 1 else round(MINUTES * 10)
    command = [sys.executable, "-m", "tests.unit.readers.with_atheris", str(tmp_path), str(SEED), str(seconds)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 300, check=False)

    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert "Done " in done.stderr
