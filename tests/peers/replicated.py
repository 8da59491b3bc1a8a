"""A PostgreSQL and its standby, which has what the first says is stored (synchronous_commit); each is a process."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.cluster.programs import Program, running
from tests.peers.databases import migrate
from tests.peers.postgres import as_unprivileged_owner

_PORTS: Final = {"first": 5432, "standby": 5433}
_DATABASE: Final = "telefoon"


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two, which listens on a socket in the folder of both, by its own port's name."""

    binaries: Path
    data: Path
    port: int
    program: Program
    _as_owner: Sequence[str]

    @property
    def at(self) -> Sequence[str | Path]:
        """Where programs of PostgreSQL reach it, as whom."""
        return ("-h", self.data.parent, "-p", str(self.port), "-U", "postgres")

    def sql(self, statement: str) -> str:
        """Carry out a statement; the rows that it gives, their fields with "|" between."""
        return self.run("psql", *self.at, "-d", _DATABASE, "-qAtc", statement)

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's programs as the server's owner; what it prints."""
        command = [*self._as_owner, self.binaries / program, *arguments]
        done = subprocess.run(command, cwd=self.data.parent, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    def promote(self) -> None:
        """Take changes from now on, as a standby that is made the first."""
        self.run("pg_ctl", "promote", "-D", self.data, "-w")


@dataclass(frozen=True, slots=True)
class Replicated:
    """Both; `url` names both, of which the one is asked that takes changes."""

    first: Server
    standby: Server

    @property
    def url(self) -> str:
        hosts = "&".join(f"host={each.data.parent}:{each.port}" for each in (self.first, self.standby))
        return f"postgresql+asyncpg://postgres@/{_DATABASE}?{hosts}&target_session_attrs=read-write"


@contextmanager
def replicated(binaries: Path) -> Iterator[Replicated]:
    """A database with all tables and no rows, whose commits wait for the standby."""
    folder = Path(tempfile.mkdtemp(prefix="telefoon-pg-"))
    try:
        with ExitStack() as stack:
            first, standby = (_server(binaries, folder / name, port) for name, port in _PORTS.items())
            first.run("initdb", "-D", first.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
            stack.enter_context(running(first.program))
            first.run("createdb", *first.at, _DATABASE)
            migrate(f"postgresql+asyncpg://postgres@/{_DATABASE}?host={folder}&port={first.port}")
            first.run(
                "pg_basebackup", *first.at, "-D", standby.data, "-R", "-X", "stream",
                "-c", "fast", "--no-sync",
            )  # fmt: skip
            stack.enter_context(running(standby.program))
            first.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            first.sql("SELECT pg_reload_conf()")
            yield Replicated(first, standby)
    finally:
        shutil.rmtree(folder)


def _server(binaries: Path, data: Path, port: int) -> Server:
    as_owner = as_unprivileged_owner(data.parent)
    command: list[str | Path] = [
        *as_owner, binaries / "postgres", "-D", data, "-c", "listen_addresses=", "-c", f"port={port}",
        "-c", f"unix_socket_directories={data.parent}", "-c", "fsync=off", "-c", "max_connections=100",
    ]  # fmt: skip
    ready: list[str | Path] = [binaries / "pg_isready", "-h", data.parent, "-p", str(port), "-q"]
    program = Program(
        f"PostgreSQL in {data}",
        command,
        data.parent / f"{data.name}.log",
        lambda: subprocess.run(ready, check=False).returncode == 0,
        # A fast shutdown: who is connected is put out.
        ends_by=signal.SIGINT,
    )
    return Server(binaries, data, port, program, as_owner)
