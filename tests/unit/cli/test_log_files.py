"""Logs in a folder: what stands there, one file a day, and that a disk which takes nothing holds up nobody."""

import json
import logging
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from api.logging.log_files import MOST_LINES
from api.logging.logs import logging_as
from config.settings import LogFormat, LogLevel, Settings
from engine.errors import SetupError
from engine.privacy.log_folder import LogFolder


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Afterwards the process logs as before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def settings(folder: Path) -> Settings:
    return Settings(log_format=LogFormat.JSON, log_level=LogLevel.INFO, log_folder=folder)


def test_the_lines_of_standard_error_are_in_the_folder_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "made" / "logs"

    with logging_as(settings(folder)):
        structlog.get_logger().info("call_from", to="+3225550199")
        logging.getLogger("library").warning("what a library says")

    lines = (folder / "telefoon.log").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["call_from", "what a library says"]
    assert json.loads(lines[0])["to"] == "+3225•••••99"
    assert capsys.readouterr().err.splitlines()[0] == lines[0]


def test_a_new_day_begins_a_new_file(tmp_path: Path) -> None:
    yesterday = time.time() - 86400
    (tmp_path / "telefoon.log").write_text("yesterday's\n")
    os.utime(tmp_path / "telefoon.log", (yesterday, yesterday))

    with logging_as(settings(tmp_path)):
        structlog.get_logger().info("today")

    kept = f"telefoon.log.{datetime.fromtimestamp(yesterday, UTC).date()}"
    assert (tmp_path / kept).read_text() == "yesterday's\n"
    assert "today" in (tmp_path / "telefoon.log").read_text()


def test_the_files_of_days_that_were_over_are_due(tmp_path: Path) -> None:
    for name in ("telefoon.log", "telefoon.log.2026-03-01", "telefoon.log.2026-02-28", "telefoon.log.old", "mine.txt"):
        (tmp_path / name).touch()
    folder = LogFolder(tmp_path)

    assert [path.name for path in folder.due(datetime(2026, 3, 2, 0, 1, tzinfo=UTC))] == [
        "telefoon.log.2026-02-28",
        "telefoon.log.2026-03-01",
    ]
    assert folder.remove(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) == 1

    assert {path.name for path in tmp_path.iterdir()} == {
        "telefoon.log",
        "telefoon.log.2026-03-01",
        "telefoon.log.old",
        "mine.txt",
    }


def test_a_folder_that_can_not_be_written_to_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SetupError, match="TELEFOON_LOG_FOLDER"), logging_as(settings(tmp_path / "file")):
        pass


def test_a_disk_that_is_full_is_told_once_and_harms_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "telefoon.log").symlink_to("/dev/full")

    with logging_as(settings(tmp_path)):
        for number in range(3):
            structlog.get_logger().info("call", number=number)

    told = capfd.readouterr().err.splitlines()
    assert sum("No space left on device" in line for line in told) == 1
    assert sum('"event": "call"' in line for line in told) == 3


@pytest.mark.costly("more lines are written than are kept")
def test_a_disk_that_hangs_holds_up_nobody_and_keeps_no_more_than_so_many_lines(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "telefoon.log")
    reader = os.open(tmp_path / "telefoon.log", os.O_RDONLY | os.O_NONBLOCK)  # a pipe that nobody empties

    try:
        with logging_as(settings(tmp_path)):
            for _ in range(2 * MOST_LINES):
                logging.getLogger("library").warning("x" * 100)
    finally:
        os.close(reader)

    assert len(capfd.readouterr().err.splitlines()) >= 2 * MOST_LINES
