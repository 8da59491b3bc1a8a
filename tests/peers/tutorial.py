"""A page of docs as its reader goes through it: files to save, commands to type, and what they show."""

import re
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.running.pace import patience

PAGE: Final = Path(__file__).parents[2] / "docs" / "tutorial.md"
_SAVED: Final = re.compile(r"[Ss]ave (?:this|it) as `(?P<name>[\w.]+)`:\n\n```\w+\n(?P<text>.*?)```", re.DOTALL)
_STARTS_WITHIN_S: Final = 30
_LOOK_AGAIN_S: Final = 0.02
_INDENTED: Final = "    "
_FENCE: Final = "```"
_OUTPUT: Final = "text"
"""What stands behind the fence of a block that shows what a command prints."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, and what the page shows that it prints; None where it shows nothing."""

    command: str
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Tutorial:
    """A page, with each word of `instead` replaced in its order, as for ports that are taken."""

    instead: Mapping[str, str]
    page: Path = PAGE

    def save_files(self, folder: Path) -> None:
        """Write the files that the page has its reader save."""
        for saved in _SAVED.finditer(self._text):
            (folder / saved["name"]).write_text(saved["text"])

    def typed_under(self, heading: str) -> list[Typed]:
        """The commands of a section, in their order."""
        section = self._text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        if f"### {heading}\n" in self._text:
            section = section.partition("\n### ")[0]
        assert section, f"{self.page.name} has no section {heading!r}"
        typed: list[Typed] = []
        fence: str | None = None
        for line in section.splitlines():
            if line.startswith(_FENCE):
                fence = line.removeprefix(_FENCE) if fence is None else None
            elif fence == _OUTPUT:
                typed[-1] = replace(typed[-1], shown=f"{typed[-1].shown or ''}{line}\n")
            elif fence is None and line.startswith(_INDENTED):
                typed.append(Typed(line.strip()))
        return typed

    @property
    def _text(self) -> str:
        text = self.page.read_text("utf-8")
        for word, other in self.instead.items():
            assert word in text, f"{self.page.name} does not say {word!r}"
            text = text.replace(word, other)
        return text


def await_connections(port: int, serving: subprocess.Popen[bytes]) -> None:
    """Wait until a program of the documentation takes connections on this machine."""
    deadline = time.monotonic() + patience(_STARTS_WITHIN_S)
    while True:
        assert serving.poll() is None, "the program ended"
        assert time.monotonic() < deadline, "the program takes no connections"
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_LOOK_AGAIN_S)
