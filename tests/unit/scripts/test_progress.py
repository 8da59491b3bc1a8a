"""Long steps: what is shown, and what a failed one leaves behind."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from scripts.failure import SetupFailed
from scripts.progress import Progress, run_logged

pytestmark = pytest.mark.processes


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()

    with Progress(stream).stage("Building"):
        pass

    lines = stream.getvalue().splitlines()
    assert lines[0] == "Building ..."
    assert lines[1].startswith("Building: done in ")


def test_a_terminal_ends_with_one_clean_line() -> None:
    stream = Terminal()

    with Progress(stream).stage("Building"):
        pass

    assert stream.getvalue().split("\r\x1b[K")[-1].startswith("Building: done in ")


def test_a_stage_that_fails_says_so() -> None:
    stream = io.StringIO()

    with pytest.raises(RuntimeError), Progress(stream).stage("Building"):
        raise RuntimeError

    assert "Building: failed in " in stream.getvalue()


def test_the_output_of_a_command_is_in_the_log(tmp_path: Path) -> None:
    run_logged(["sh", "-c", "echo out; echo err >&2"], tmp_path / "log")

    assert (tmp_path / "log").read_text().split("\n")[-3:] == ["out", "err", ""]


def test_a_failed_command_shows_its_last_words_and_where_the_rest_is(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed) as failure:
        run_logged(["sh", "-c", "echo no such thing; exit 3"], tmp_path / "log", advice="Do this.")

    assert "sh ended with code 3" in str(failure.value)
    assert str(tmp_path / "log") in str(failure.value)
    assert "no such thing" in str(failure.value)
    assert str(failure.value).endswith("Do this.")


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="'telefoon-has-no-such-program' is missing"):
        run_logged(["telefoon-has-no-such-program"], tmp_path / "log")
