"""A private PostgreSQL: its own folder, no network port, gone when its owner is."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

_PROGRAMS: Final = Path("/usr/lib/postgresql")
_USERS: Final = ("postgres", "nobody")
_READY_WITHIN_S: Final = 60.0
_STOPPED_WITHIN_S: Final = 30.0
_LOOK_AGAIN_S: Final = 0.05


def programs() -> Path | None:
    """The folder of the newest PostgreSQL on this machine; None if there is none."""
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, reached by the socket in its folder."""

    binaries: Path
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def new_database(self) -> str:
        """SQLAlchemy URL of a fresh, empty database."""
        name = f"test_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still in it."""
        name = url.partition("@/")[2].partition("?")[0]
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def disconnect_all(self, url: str) -> None:
        """End every session in a database, as a restart of the server does."""
        name = url.partition("@/")[2].partition("?")[0]
        self._do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def _do(self, statement: str) -> None:
        psql: list[str | Path] = [
            self.binaries / "psql",
            "-h",
            self.folder,
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-qc",
            statement,
        ]
        subprocess.run(psql, check=True, capture_output=True)


@contextmanager
def running(binaries: Path) -> Iterator[Postgres]:
    """A server that nobody else knows of. It does not sync: what it holds is for one test run."""
    folder = Path(tempfile.mkdtemp(prefix="telefoon-pg-"))
    try:
        data = folder / "data"
        as_user = _as_unprivileged_owner(folder)
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run([*as_user, *initdb], check=True, capture_output=True, cwd=folder)
        settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
        with (folder / "log").open("wb") as log:
            command: list[str | Path] = [*as_user, binaries / "postgres", "-D", data, *settings]
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            _wait_until_ready(server, [binaries / "pg_isready", "-h", folder, "-q"], folder / "log")
            yield Postgres(binaries, folder)
        finally:
            server.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                server.wait(_STOPPED_WITHIN_S)
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(folder)


def _as_unprivileged_owner(folder: Path) -> list[str]:
    """A prefix that runs a command as the folder's owner, since PostgreSQL refuses root, and until we die."""
    command = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return command
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam(next(name for name in _USERS if name in names))
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [*command, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _wait_until_ready(server: subprocess.Popen[bytes], probe: Sequence[str | Path], log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while subprocess.run(probe, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(_LOOK_AGAIN_S)
