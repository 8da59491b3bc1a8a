"""Text files are written as .editorconfig says: UTF-8, LF, no blanks at a line's end, a newline at the last."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
CONTEXT_IN_BLANKS = {".patch"}
IMAGES = {".png"}
TABS = {"Makefile"}


def text_files() -> list[Path]:
    """All files that are in the repository, but plots; none of the others is anything but text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True).stdout
    paths = [CHECKOUT / name for name in listed.decode().split("\0")[:-1]]
    return [path for path in paths if path.is_file() and path.suffix not in IMAGES]


def faults_of(path: Path) -> Iterator[str]:
    """What is otherwise than .editorconfig says."""
    text = path.read_bytes().decode("utf-8")
    lines = text.split("\n")
    if "\r" in text:
        yield "has carriage returns"
    if text and lines[-1]:
        yield "does not end with a newline"
    if path.suffix not in CONTEXT_IN_BLANKS and any(line != line.rstrip(" \t") for line in lines):
        yield "has blanks at a line's end"
    if path.name not in TABS and path.suffix not in CONTEXT_IN_BLANKS and any("\t" in line for line in lines):
        yield "has tabs"


@pytest.mark.processes
def test_every_text_file_is_as_the_editor_is_told() -> None:
    faults = [f"{path.relative_to(CHECKOUT)} {fault}" for path in text_files() for fault in faults_of(path)]

    assert faults == []
