"""The checkout's pages in Markdown, and the commands that they tell their readers to type."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[3]
DOCS: Final = CHECKOUT / "docs"
_HISTORY: Final = {"CHANGELOG.md"}
_INDENTED: Final = "    "
_FENCE: Final = "```"


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its path, and its text."""

    path: Path
    text: str

    def __str__(self) -> str:
        return str(self.path.relative_to(CHECKOUT))

    @property
    def prose(self) -> str:
        """The text without its blocks of code."""
        return "\n".join(line for line, is_code in _lines(self.text) if not is_code)

    @property
    def code(self) -> Iterator[str]:
        """The lines of blocks of code, without their indentation; a line that is continued is one with the next."""
        joined = "\n".join(line.strip() for line, is_code in _lines(self.text) if is_code)
        yield from joined.replace("\\\n", " ").splitlines()


def pages() -> list[Page]:
    """All pages that tell how things are today."""
    patterns = ("*.md", "*/README.md", "*/*/README.md", "docs/**/*.md")
    paths = {path for pattern in patterns for path in CHECKOUT.glob(pattern)}
    return [Page(path, path.read_text("utf-8")) for path in sorted(paths) if _is_ours(path)]


def _is_ours(path: Path) -> bool:
    """Whether it tells of today and is no tool's own, as in .pytest_cache."""
    return path.name not in _HISTORY and not any(part.startswith(".") for part in path.relative_to(CHECKOUT).parts)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is code."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith(_FENCE):
            fenced = not fenced
            continue
        yield line, fenced or line.startswith(_INDENTED)
