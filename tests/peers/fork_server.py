"""Starts commands of `telefoon` as processes of their own, by fork from one that has imported the product.

Importing costs seconds of CPU, and a test of the product starts three or four processes. What is forked is as separate
as what is executed: its own environment, files, threads and end. tests/peers/commands.py is the other side.

Run as `python -m tests.peers.fork_server SOCKET`: it listens there, and ends when its standard input does. Each
connection is one command. The request is a JSON object with `arguments`, `environment` and `folder`, and comes with the
file descriptors of standard output and standard error. The answers are lines: the process's id, then its exit code and
the seconds of CPU that it used.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MODULES: Final = (
    "api.cli.app",
    "api.cli.local",
    "api.cli.phone",
    "api.node.process",
    "sip.test_phone.phone",
    "alembic.command",
)
REQUEST_BYTES: Final = 1 << 20


@dataclass(slots=True)
class ForkServer:
    """Serves until standard input ends; `run` gives back what a forked child is to do."""

    listener: socket.socket
    _looking: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)
    _children: dict[int, tuple[int, socket.socket]] = field(default_factory=dict)

    def run(self) -> Callable[[], None] | None:
        """Serve until it is over: gives the command in a child, None in the server."""
        self._looking.register(self.listener, selectors.EVENT_READ)
        self._looking.register(sys.stdin, selectors.EVENT_READ)
        while True:
            for key, _ in self._looking.select():
                if key.fileobj is sys.stdin:
                    self._kill_all()
                    return None
                if key.fileobj is not self.listener:
                    self._reap(key.fd)
                elif (command := self._start()) is not None:
                    return command

    def _start(self) -> Callable[[], None] | None:
        connection, _ = self.listener.accept()
        message, descriptors, _, _ = socket.recv_fds(connection, REQUEST_BYTES, 2)
        pid = os.fork()
        if pid == 0:
            self._let_go()
            connection.close()
            return _prepared(json.loads(message), descriptors)
        for each in descriptors:
            os.close(each)
        ended = os.pidfd_open(pid)
        self._children[ended] = (pid, connection)
        self._looking.register(ended, selectors.EVENT_READ)
        connection.sendall(f"{pid}\n".encode())
        return None

    def _let_go(self) -> None:
        self._looking.close()
        self.listener.close()
        for ended, (_, connection) in self._children.items():
            os.close(ended)
            connection.close()

    def _reap(self, ended: int) -> None:
        pid, connection = self._children.pop(ended)
        self._looking.unregister(ended)
        os.close(ended)
        _, status, usage = os.wait4(pid, 0)
        used_s = usage.ru_utime + usage.ru_stime
        with connection:
            try:
                connection.sendall(f"{os.waitstatus_to_exitcode(status)} {used_s:.2f}\n".encode())
            except BrokenPipeError:
                return  # nobody waits for it any more

    def _kill_all(self) -> None:
        for pid, _ in self._children.values():
            os.kill(pid, signal.SIGKILL)


def _prepared(request: dict[str, object], descriptors: list[int]) -> Callable[[], None]:
    arguments, environment, folder = request["arguments"], request["environment"], request["folder"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate((nothing, *descriptors)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(str(folder))
    tempfile.tempdir = None  # what it has found in the server's environment
    sys.argv = ["telefoon", *map(str, arguments)]

    from api.cli import main

    return main


def _serve(path: str) -> Callable[[], None] | None:
    for name in MODULES:
        __import__(name)
    gc.freeze()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen(64)
        print("listening", flush=True)
        return ForkServer(listener).run()


if __name__ == "__main__":
    if (command := _serve(sys.argv[1])) is not None:
        command()
