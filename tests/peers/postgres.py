"""A private PostgreSQL: its own folder, no network port, gone when its owner is; one serves a whole test run."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Final

import pytest

from tests.peers.databases import migrate
from tests.running.once import locked, made_once, run_folder

_PROGRAMS: Final = Path("/usr/lib/postgresql")
_USERS: Final = ("postgres", "nobody")
_READY_WITHIN_S: Final = 60.0
_STOPPED_WITHIN_S: Final = 30.0
_LOOK_AGAIN_S: Final = 0.05
_IN_MEMORY: Final = Path("/dev/shm")
_ROOM_BYTES: Final = 4 << 30
_CONNECTIONS: Final = "400"
"""Of all tests that run beside each other: eight nodes of one alone want more than the hundred of a new server."""
_PREFIX: Final = "telefoon-pg-"
_LONGEST_START_S: Final = 600.0
_TEMPLATE: Final = "migrated"
_NUMBERS: Final = count()
"""Of all databases that this process makes: one server serves all who ask for one."""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL on this machine; None if there is none."""
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, reached by the socket in its folder."""

    binaries: Path
    folder: Path

    def new_database(self) -> str:
        """SQLAlchemy URL of a fresh, empty database."""
        return self._create(f"test_{os.getpid()}_{next(_NUMBERS)}")

    def migrated_database(self) -> str:
        """SQLAlchemy URL of a fresh database with all tables and no rows: a copy of one that is made once."""
        made_once(f"{self.folder.name}-template", self._make_template)
        return self._create(f"test_{os.getpid()}_{next(_NUMBERS)}", f" TEMPLATE {_TEMPLATE}")

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still in it."""
        self._do(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def disconnect_all(self, url: str) -> None:
        """End every session in a database, as a restart of the server does."""
        name = _name(url)
        self._do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    @contextmanager
    def read_only(self, url: str) -> Iterator[None]:
        """Inside, it takes no changes, as a standby; all who are connected have to connect again, at its beginning."""
        self._do(f"ALTER DATABASE {_name(url)} SET default_transaction_read_only = on")
        self.disconnect_all(url)
        try:
            yield
        finally:
            self._do(f"ALTER DATABASE {_name(url)} RESET default_transaction_read_only")

    @contextmanager
    def away(self, url: str) -> Iterator[None]:
        """Inside, nobody is let in, and all were put out; then it is a copy, as after a move to another server."""
        name = _name(url)
        self._do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self.disconnect_all(url)
        try:
            self._do(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
            yield
        finally:
            self._do(f"ALTER DATABASE {name} RENAME TO {name}_before")
            self._do(f"ALTER DATABASE {name}_copy RENAME TO {name}")

    def _make_template(self, made: Path) -> None:
        migrate(self._create(_TEMPLATE))
        made.touch()

    def _create(self, name: str, how: str = "") -> str:
        self._do(f"CREATE DATABASE {name}{how}")
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

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


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


@contextmanager
def shared(binaries: Path) -> Iterator[Postgres]:
    """The server of this test run. Who asks first starts it, and ends it when nobody else has it any more."""
    folder = run_folder()
    known = folder / "postgres.folder"
    with (folder / "postgres.users").open("w") as users, ExitStack() as stack:
        with locked(folder / "postgres.lock"):
            if known.exists():
                fcntl.flock(users, fcntl.LOCK_SH)
                server = Postgres(binaries, Path(known.read_text()))
            else:
                server = stack.enter_context(running(binaries, where=_memory(), max_connections=_CONNECTIONS))
                known.write_text(str(server.folder))
                stack.callback(_leave_last, folder / "postgres.lock", known, users)
        yield server


@contextmanager
def required() -> Iterator[Postgres]:
    """The server of this test run; without the programs the test that asks fails, and says what to do."""
    binaries = programs()
    if binaries is None:
        pytest.fail("PostgreSQL is not installed; run: make setup, or leave these out with -m 'not postgres'")
    with shared(binaries) as server:
        yield server


def _leave_last(lock: Path, known: Path, users: IO[str]) -> None:
    # Whoever comes while others are awaited waits for the lock, and starts a server of its own.
    with locked(lock):
        known.unlink()
        fcntl.flock(users, fcntl.LOCK_EX)


def _memory() -> Path | None:
    """A folder that is in memory, if there is one with room enough.

    A database is hundreds of files: to make one and drop it takes a disk a second where others use it, and memory a
    fraction of that.
    """
    if not _IN_MEMORY.is_dir():
        return None
    remove_left_servers(_IN_MEMORY)
    return _IN_MEMORY if shutil.disk_usage(_IN_MEMORY).free > _ROOM_BYTES else None


def remove_left_servers(where: Path) -> None:
    """Remove the folders of servers that have ended, and whose owners were killed before they could do so."""
    for folder in where.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # its owner may do so now
            begun = folder / "data" / "postmaster.pid"
            runs = begun.exists() and Path(f"/proc/{begun.read_text().split()[0]}").exists()
            if not runs and time.time() - folder.stat().st_mtime > _LONGEST_START_S:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(binaries: Path, where: Path | None = None, **more: str) -> Iterator[Postgres]:
    """A server that nobody else knows of. It does not sync: what it holds is for one test run.

    Its folder is made in `where`, or with other temporary ones. `more` are settings of its own, such as libraries that
    it loads at the start.
    """
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=where))
    try:
        data = folder / "data"
        as_user = as_unprivileged_owner(folder)
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
        settings += [word for name, value in more.items() for word in ("-c", f"{name}={value}")]
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


def as_unprivileged_owner(folder: Path) -> list[str]:
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
