"""Programs of a cluster as processes: started, waited for until they serve, and ended."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.failure import SetupFailed

_STARTS_WITHIN_S = 60.0
_ENDS_WITHIN_S = 30.0
_LOOK_AGAIN_S = 0.05
_SHOWN_LINES = 20


@dataclass(slots=True)
class Program:
    """What is run by `command` and writes to `log`; it may be started again after its end."""

    title: str
    command: Sequence[str | Path]
    log: Path
    serves: Callable[[], bool]
    """Whether it does its work yet."""
    environment: Mapping[str, str] | None = None
    ends_by: signal.Signals = signal.SIGTERM
    starts_within_s: float = _STARTS_WITHIN_S
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Raises SetupFailed where it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise SetupFailed(f"{self.title} does not run.")
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it serves. Raises SetupFailed if it does not."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Start it, without waiting. It is of no terminal: Ctrl-C is for who has started it."""
        with self.log.open("ab") as sink:
            self._process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                cwd=self.log.parent, start_new_session=True,
            )  # fmt: skip

    def wait(self) -> None:
        """Wait until it serves. Raises SetupFailed if it does not."""
        deadline = time.monotonic() + self.starts_within_s
        while not self.serves():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise SetupFailed(f"{self.title} does not serve. Last lines of {self.log}:\n{self._told()}")
            time.sleep(_LOOK_AGAIN_S)

    def end(self, by: signal.Signals | None = None) -> None:
        """End it, by another signal than its usual one where that is said; nothing happens where it has ended."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(by or self.ends_by)
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def poll(self) -> int | None:
        """Its exit code; None while it runs, or was not started."""
        return None if self._process is None else self._process.poll()

    def _told(self) -> str:
        return "\n".join(f"    {line}" for line in self.log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])


@contextmanager
def running(program: Program) -> Iterator[Program]:
    """The program, from when it serves to the end of the block."""
    try:
        program.start()
        yield program
    finally:
        program.end()


def library_path(root: Path) -> str:
    """Where the loader finds the libraries of packages that were unpacked into `root` (LD_LIBRARY_PATH)."""
    return ":".join(sorted({str(library.parent) for library in root.glob("**/lib*.so.*")}))
