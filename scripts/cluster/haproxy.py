"""HAProxy before the nodes, with deploy/haproxy as it is."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster.namespaces import UNTIL_WE_DIE, Namespace
from scripts.cluster.programs import Program, library_path, running
from scripts.haproxy import HAPROXY, PROGRAM
from scripts.progress import Progress

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "haproxy"
HTTP_PORT = 80
HTTPS_PORT = 443
_SERVERS = re.compile(r"(?:^    server .*\n)+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Haproxy:
    """A running one, which takes requests at `url`."""

    url: str
    program: Program
    _socket: Path

    def states(self, backend: str = "ready") -> Mapping[str, bool]:
        """Which nodes of a backend it sends requests to."""
        told = [line.split() for line in self.ask(f"show servers state {backend}").splitlines()]
        # Its version, its head and its rows: the name of a server is the fourth field, its state the sixth (2 is up).
        return {fields[3]: fields[5] == "2" for fields in told[2:] if fields}

    def ask(self, command: str) -> str:
        """What it answers to a command on its socket."""
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(self._socket))
            asked.sendall(f"{command}\n".encode())
            with asked.makefile() as answer:
                return answer.read()


@contextmanager
def haproxy(
    where: Namespace, folder: Path, nodes: Mapping[str, str], certificate: Path | None = None
) -> Iterator[Haproxy]:
    """HAProxy before nodes, of which each name has an address and port; `certificate` is a PEM file with its key."""
    folder.mkdir()
    (folder / "nodes.cfg").write_text(nodes_file(nodes))
    root = HAPROXY.made(Progress())
    given = {
        "BALANCER_HTTP": f"{where.address}:{HTTP_PORT}",
        "BALANCER_SOCKET": str(folder / "admin.sock"),
    }
    if certificate is not None:
        given |= {"BALANCER_HTTPS": f"{where.address}:{HTTPS_PORT}", "BALANCER_CERTIFICATE": str(certificate)}
    program = Program(
        "HAProxy",
        [
            *where.inside,
            *UNTIL_WE_DIE,
            *(root / PROGRAM, "-db", "-f", CONFIGURATION / "haproxy.cfg", "-f", folder / "nodes.cfg"),
        ],
        folder / "log",
        (folder / "admin.sock").exists,
        {**os.environ, "LD_LIBRARY_PATH": library_path(root), **given},
    )
    with running(program):
        url = f"https://{where.address}" if certificate else f"http://{where.address}"
        yield Haproxy(url, program, folder / "admin.sock")


def nodes_file(nodes: Mapping[str, str]) -> str:
    """deploy/haproxy/nodes.cfg with these nodes in the place of those that stand there."""
    servers = "".join(f"    server {name} {at}\n" for name, at in nodes.items())
    return _SERVERS.sub(servers, (CONFIGURATION / "nodes.cfg").read_text())
