"""Runs a command where the one name server never answers, and prints the names that it was asked for, one a line.

python -m tests.peers.silent_resolver COMMAND …

It needs root, and namespaces of its own: `unshare --mount --net` before it. The exit code is the command's.
"""

import contextlib
import fcntl
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

_LOOPBACK: Final = "127.0.0.1"
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h
_HEADER_BYTES: Final = 12  # RFC 1035 §4.1.1
_FILES: Final = {
    "resolv.conf": f"nameserver {_LOOPBACK}\n",
    "hosts": f"{_LOOPBACK} localhost\n",
    "nsswitch.conf": "hosts: files dns\n",
}


def main() -> int:
    """Run the command, with its output on standard error."""
    _raise_loopback()
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        for name, text in _FILES.items():
            file = Path(folder) / name
            file.write_text(text)
            subprocess.run(["mount", "--bind", file, f"/etc/{name}"], check=True)
        server.bind((_LOOPBACK, 53))
        server.setblocking(False)
        ended = subprocess.run(sys.argv[1:], stdout=sys.stderr, check=False)
        with contextlib.suppress(BlockingIOError):
            while True:
                print(_name(server.recv(512)))
    return ended.returncode


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack_from("H", fcntl.ioctl(any_socket, _GET_FLAGS, request), 16)
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def _name(query: bytes) -> str:
    labels, at = [], _HEADER_BYTES
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels)


if __name__ == "__main__":
    raise SystemExit(main())
