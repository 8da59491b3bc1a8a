"""Long steps: run a command with its output in a log file, and show meanwhile that something happens."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from scripts.failure import SetupFailed

_FRAMES = "|/-\\"
_TICK_S = 0.2
_SHOWN_LINES = 25


class Progress:
    """Shows one stage at a time on `stream`: a live line on a terminal, plain lines elsewhere."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._live = stream.isatty()

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Show `title` with the seconds gone by until the block is left."""
        started = time.monotonic()
        ended = threading.Event()
        painter = threading.Thread(target=self._paint, args=(title, started, ended), daemon=True)
        if self._live:
            painter.start()
        else:
            self._say(f"{title} ...")
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            ended.set()
            if self._live:
                painter.join()
                self._stream.write("\r\x1b[K")
            self._say(f"{title}: {outcome} in {time.monotonic() - started:.1f} s")

    def note(self, text: str) -> None:
        """Say one finished line."""
        self._say(text)

    def _say(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def _paint(self, title: str, started: float, ended: threading.Event) -> None:
        turn = 0
        while not ended.wait(_TICK_S):
            turn += 1
            frame = _FRAMES[turn % len(_FRAMES)]
            self._stream.write(f"\r\x1b[K{frame} {title} {time.monotonic() - started:.0f} s")
            self._stream.flush()


def run_logged(
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    advice: str = "",
) -> None:
    """Run `command` with stdout and stderr appended to `log`.

    Raises SetupFailed with the log's path, its last lines and `advice` (if any) when the command fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        sink.write(f"\n$ {' '.join(command)}\n".encode())
        sink.flush()
        try:
            code = subprocess.run(command, cwd=cwd, env=env, stdout=sink, stderr=sink, check=False).returncode
        except FileNotFoundError:
            raise SetupFailed(f"the program {command[0]!r} is missing. {advice}".strip()) from None
    if code != 0:
        raise SetupFailed(_failure_text(command, code, log, advice))


def _failure_text(command: Sequence[str], code: int, log: Path, advice: str) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
    tail = "\n".join(f"    {line}" for line in lines)
    ending = f"\n{advice}" if advice else ""
    return f"{Path(command[0]).name} ended with code {code}. Last lines of {log}:\n{tail}{ending}"
