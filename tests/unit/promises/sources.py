"""The product's own source files, which promises are held against."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.unit.promises.pages import CHECKOUT

PACKAGES: Final = ("telefoon", "engine", "sip", "tts", "api", "config")


def sources(pattern: str = "*.py", packages: Sequence[str] = PACKAGES) -> Iterator[Path]:
    """Files of these packages by the pattern of their names, in a fixed order."""
    for package in packages:
        yield from sorted((CHECKOUT / package).rglob(pattern))


def name_of(path: Path) -> str:
    """As the documents name a file, from the checkout on."""
    return path.relative_to(CHECKOUT).as_posix()
