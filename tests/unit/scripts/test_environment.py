"""The checkout's environment: which Pythons it takes, and what it remembers of its set-up."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.environment import Environment, check_python
from scripts.failure import SetupFailed


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_the_pythons_of_the_lock_file_are_taken(version: tuple[int, int]) -> None:
    check_python(version)


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_any_other_python_is_refused_with_the_way_out(version: tuple[int, int]) -> None:
    with pytest.raises(SetupFailed, match=r"needs 3\.11 to 3\.13.*PYTHON="):
        check_python(version)


def test_a_stamp_is_read_back(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    environment = Environment(tmp_path)

    environment.write_stamp({"python": "3.11"})

    assert environment.stamp() == {"python": "3.11"}


def test_a_forgotten_broken_or_absent_stamp_is_empty(tmp_path: Path) -> None:
    environment = Environment(tmp_path)
    assert environment.stamp() == {}
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "telefoon-setup.json").write_text("{")
    assert environment.stamp() == {}

    environment.forget_stamp()

    assert not (tmp_path / ".venv" / "telefoon-setup.json").exists()
