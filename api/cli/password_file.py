"""Passwords that are given to commands in a file: on the command line others would see them."""

from pathlib import Path
from typing import Final

_LONGEST: Final = 4096


def first_line_of(file: Path) -> str:
    """The password in a file."""
    with file.open(encoding="utf-8") as opened:
        return opened.readline(_LONGEST).rstrip("\r\n")
