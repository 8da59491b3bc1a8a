"""A fresh root of a Debian release, with what README asks for and no more, in which commands run.

It is entered by `chroot` and mounts what a system has: call it in namespaces of mounts and processes of its own
(scripts/fresh.py does), which take everything with them when they end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.debootstrap import make_root
from scripts.distribution import Distribution
from scripts.failure import SetupFailed
from scripts.machine_settings import copy_settings, passed_on
from scripts.progress import run_logged

#: What README says is needed, and what `git clone` needs to trust an address.
PACKAGES = ("python3", "git", "make", "ca-certificates")
_INTERRUPTIONS = 6
_INTERRUPTED_S = 10
_POLL_S = 0.5
_SHOWN_LINES = 25


@dataclass(frozen=True, slots=True)
class FreshRoot:
    """A folder with a system of its own."""

    folder: Path
    log: Path

    @classmethod
    def make(cls, here: Distribution, codename: str, folder: Path, log: Path) -> FreshRoot:
        """Make a system of the release `codename` in `folder`, from the mirror that this machine (`here`) uses."""
        make_root(here, codename, folder, PACKAGES, log)
        root = cls(folder, log)
        # A mount of its own: what runs there may make further namespaces of mounts, which start from `/`.
        root._mount("--bind", folder, folder)
        for path in copy_settings(folder):
            root._show(path)
        for name in ("proc", "dev", "sys"):
            root._mount(*(("-t", "proc", "proc") if name == "proc" else ("--rbind", f"/{name}")), folder / name)
        # Services are not started in a chroot: there is nothing that would look after them.
        policy = folder / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        root.run("update-ca-certificates", log)
        return root

    def run(self, script: str, log: Path) -> None:
        """Run a shell's `script`. Raises SetupFailed with its last lines if it fails."""
        run_logged(self._command(script), log, env=self._environment())

    def run_until(self, script: str, sign: str, log: Path, deadline_s: float) -> None:
        """Run `script` until it says `sign`, then interrupt what it runs as Ctrl-C would.

        Raises SetupFailed if it ends or `deadline_s` goes by before that, and if it then ends with another code than 0.
        """
        log.unlink(missing_ok=True)
        with log.open("wb") as sink:
            # Who is started in the background ignores Ctrl-C, and what it starts would, too (POSIX, sh §2.11).
            command = ["env", "--default-signal=INT", *self._command(script)]
            process = subprocess.Popen(command, stdout=sink, stderr=sink, env=self._environment())
        try:
            ends = time.monotonic() + deadline_s
            while process.poll() is None and sign not in log.read_text(errors="replace"):
                if time.monotonic() > ends:
                    raise SetupFailed(f"it did not say {sign!r} within {deadline_s:.0f} s.{last_lines(log)}")
                time.sleep(_POLL_S)
            if process.poll() is not None:
                raise SetupFailed(f"it ended with code {process.returncode} before {sign!r}.{last_lines(log)}")
            _interrupt(process)
            if process.returncode != 0:
                raise SetupFailed(f"it ended with code {process.returncode}.{last_lines(log)}")
        finally:
            process.kill()
            process.wait()

    def _command(self, script: str) -> list[str]:
        return ["chroot", str(self.folder), "/bin/sh", "-e", "-c", f"cd /root\n{script}"]

    def _environment(self) -> dict[str, str]:
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {**passed_on(), "HOME": "/root", "PATH": path, "LANG": "C.UTF-8"}

    def _show(self, path: Path) -> None:
        """Let the system see a file or folder of this machine at the same place, unchangeable."""
        target = self.folder / path.relative_to("/")
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        self._mount("--bind", path, target)
        self._mount("-o", "remount,bind,ro", target)

    def _mount(self, *arguments: str | Path) -> None:
        run_logged(["mount", *map(str, arguments)], self.log)


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a command as Ctrl-C would, and again where nothing happens: the kernel's list of children has gaps."""
    for _ in range(_INTERRUPTIONS):
        for child in children(process.pid):
            os.kill(child, signal.SIGINT)
        try:
            process.wait(timeout=_INTERRUPTED_S)
        except subprocess.TimeoutExpired:
            continue
        return
    raise SetupFailed(f"it did not end within {_INTERRUPTIONS * _INTERRUPTED_S} s after it was interrupted.")


def children(pid: int) -> tuple[int, ...]:
    """The processes that the process `pid` has started and that have not ended."""
    return tuple(map(int, _child_list(pid).split()))


def last_lines(log: Path) -> str:
    """The end of a log, indented, after a line that names it."""
    lines: Iterable[str] = log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
    return "".join((f" Last lines of {log}:", *(f"\n    {line}" for line in lines)))


def _child_list(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return ""
