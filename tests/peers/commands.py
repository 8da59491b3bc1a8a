"""Commands of `telefoon` as processes: forked from one that has imported it, or executed as users execute them."""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, Protocol

from tests.running.cost import FORKED
from tests.running.first import starts_as_users_do
from tests.running.once import run_folder
from tests.running.pace import patience

TELEFOON: Final = (sys.executable, "-m", "api.cli")
_LONGEST_COMMAND_S: Final = 60.0
_WORD_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Output:
    """How a command ended, and what it wrote."""

    exit_code: int
    printed: str
    complained: str


def _of_the_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(("PYTHON", "LD_", "SSL_"))}


# What Python itself is told, such as a PYTHONPATH, or what loads its libraries, comes too late for a fork; and aiohttp
# reads whose certificates are believed (SSL_CERT_FILE) when it is imported.
_OF_THE_START: Final = _of_the_start(os.environ)


class Running(Protocol):
    """What asyncio's Process has, too."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def send_signal(self, signal: int) -> None: ...
    async def wait(self) -> int: ...


@dataclass(slots=True)
class Forked:
    """A process that the fork server started."""

    pid: int
    _end: asyncio.Task[int]

    @property
    def returncode(self) -> int | None:
        return self._end.result() if self._end.done() else None

    def send_signal(self, number: int) -> None:
        """Nothing happens once it has ended, as with a process that is executed."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Its exit code; minus the signal's number if it was killed."""
        return await asyncio.shield(self._end)


async def start(
    *arguments: str,
    stdout: int,
    stderr: int,
    environment: Mapping[str, str] | None = None,
    open_files: int | None = None,
    program: Sequence[str] = TELEFOON,
    inside: Sequence[str] = (),
) -> Running:
    """Start `telefoon` with these arguments; the file descriptors become its output.

    `open_files` is how many files and sockets it may have open, if it may have fewer than this process; `program` is
    the command of another release, and `inside` one that executes another, as in a namespace.
    """
    if inside:
        return await asyncio.create_subprocess_exec(
            *inside, *program, *arguments, env=environment, stdout=stdout, stderr=stderr
        )
    if open_files is not None:
        limited = ("sh", "-c", f'ulimit -n {open_files}; exec "$@"', "sh", *program, *arguments)
        return await asyncio.create_subprocess_exec(*limited, env=environment, stdout=stdout, stderr=stderr)
    if (
        program != TELEFOON
        or starts_as_users_do()
        or _of_the_start(os.environ if environment is None else environment) != _OF_THE_START
    ):
        return await asyncio.create_subprocess_exec(*program, *arguments, env=environment, stdout=stdout, stderr=stderr)
    connection = await asyncio.to_thread(_asked, arguments, environment, stdout, stderr)
    pid = int(await asyncio.to_thread(connection.recv, _WORD_BYTES))
    return Forked(pid, asyncio.create_task(_ended(connection)))


def output_of(*arguments: str, environment: Mapping[str, str], program: Sequence[str] = TELEFOON) -> Output:
    """Run `telefoon` with these arguments, to its end."""
    with TemporaryFile("w+") as printed, TemporaryFile("w+") as complained:
        if program != TELEFOON or _of_the_start(environment) != _OF_THE_START:
            done = subprocess.run(
                [*program, *arguments], env=environment, stdout=printed, stderr=complained, check=False,
                timeout=patience(_LONGEST_COMMAND_S),
            )  # fmt: skip
            code = done.returncode
        else:
            with closing(_asked(arguments, environment, printed.fileno(), complained.fileno())) as connection:
                connection.settimeout(patience(_LONGEST_COMMAND_S))
                connection.recv(_WORD_BYTES)
                code = _end(connection.recv(_WORD_BYTES))
        printed.seek(0)
        complained.seek(0)
        return Output(code, printed.read(), complained.read())


def printed_by(
    *arguments: str, environment: Mapping[str, str], exit_code: int = 0, program: Sequence[str] = TELEFOON
) -> str:
    """Run `telefoon` with these arguments, which must end with `exit_code`; what it prints."""
    done = output_of(*arguments, environment=environment, program=program)
    assert done.exit_code == exit_code, f"telefoon {' '.join(arguments)}: {done.printed}{done.complained}"
    return done.printed


async def _ended(connection: socket.socket) -> int:
    loop = asyncio.get_running_loop()
    connection.setblocking(False)
    with connection:
        return _end(await loop.sock_recv(connection, _WORD_BYTES))


def _end(told: bytes) -> int:
    code, used_s = told.split()
    FORKED.used_s += float(used_s)
    return int(code)


def _asked(
    arguments: tuple[str, ...], environment: Mapping[str, str] | None, stdout: int, stderr: int
) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.connect(str(_server()))
    request = {"arguments": arguments, "environment": dict(environment or os.environ), "folder": str(Path.cwd())}
    socket.send_fds(connection, [json.dumps(request).encode()], [stdout, stderr])
    return connection


@cache
def _server() -> Path:
    """The socket of this process's fork server, which ends with this process."""
    path = run_folder() / f"fork-{os.getpid()}.sock"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.peers.fork_server", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    atexit.register(_end_server, server)
    assert server.stdout is not None
    assert server.stdout.readline() == b"listening\n", "the fork server did not start"
    return path


def _end_server(server: subprocess.Popen[bytes]) -> None:
    # It ends when its standard input does, which `with` closes.
    with server:
        pass
