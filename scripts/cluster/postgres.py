"""A PostgreSQL for one cluster: in a folder that is thrown away, so it syncs nothing to the disk."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster.namespaces import Namespace
from scripts.cluster.programs import Program, running
from scripts.failure import SetupFailed

PORT = 5432
_PROGRAMS = Path("/usr/lib/postgresql")
_OWNER = "postgres"
_DATABASE = "telefoon"
# Several nodes have some twenty connections each.
_CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server in a namespace, which everybody on its network may use."""

    binaries: Path
    where: Namespace
    program: Program

    def url(self, port: int = PORT) -> str:
        """The database of the cluster, as the setting database_url takes it."""
        return f"postgresql+asyncpg://{_OWNER}@{self.where.address}:{port}/{_DATABASE}"

    def sql(self, statement: str, asked_from: Namespace | None = None) -> str:
        """Carry out a statement in the cluster's database; the rows, their fields with "|" between."""
        told = [self.binaries / "psql", "-h", self.where.address, "-U", _OWNER, "-d", _DATABASE, "-qAtc", statement]
        return (asked_from or self.where).run(*map(str, told))

    def disconnect_all(self) -> None:
        """End every other session in it, as a restart of the server does."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{_DATABASE}' AND pid <> pg_backend_pid()"
        )


@contextmanager
def postgres(where: Namespace, folder: Path) -> Iterator[Postgres]:
    """A server with an empty database. `folder` must be one that its user can reach."""
    binaries = _binaries()
    folder.mkdir()
    owner = pwd.getpwnam(_OWNER)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    # The signal is told last: whoever changes his user loses it.
    as_owner = ("setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", "--pdeathsig", "INT")
    data = folder / "data"
    made = [
        *as_owner,
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        _OWNER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    done = subprocess.run(made, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupFailed(f"initdb made no database: {done.stderr.strip()}")
    with (data / "pg_hba.conf").open("a") as allowed:
        allowed.write("host all all samenet trust\n")
    asked = ("-h", where.address, "-p", str(PORT))
    server = Program(
        "PostgreSQL",
        [
            *where.inside,
            *as_owner,
            *(binaries / "postgres", "-D", data, "-c", "fsync=off", "-c", f"max_connections={_CONNECTIONS}"),
            *("-c", f"listen_addresses={where.address}", "-c", f"port={PORT}", "-c", "unix_socket_directories="),
        ],
        folder / "log",
        lambda: subprocess.run([*where.inside, binaries / "pg_isready", *asked, "-q"], check=False).returncode == 0,
        # A fast shutdown: who is connected is put out.
        ends_by=signal.SIGINT,
    )
    with running(server):
        where.run(str(binaries / "createdb"), *asked, "-U", _OWNER, _DATABASE)
        yield Postgres(binaries, where, server)


def _binaries() -> Path:
    """The folder of the newest PostgreSQL on this machine."""
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise SetupFailed("PostgreSQL is missing. Run `python3 -m scripts.setup --tests`, which installs it.")
    return found[-1].parent
