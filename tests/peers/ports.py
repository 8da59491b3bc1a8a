"""Free ports for servers that want to be told a number before they start."""

import contextlib
import errno
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FIELD_PORTS: Final = 1000
_PHONES: Final = (16000, 20000)
FIELDS: Final = tuple(
    first for first in range(8000, 32000, FIELD_PORTS) if first + FIELD_PORTS <= _PHONES[0] or first >= _PHONES[1]
)
"""Where each field begins: below the range from which the kernel takes ports by itself, and beside the test phones'."""

_CLAIMS: Final = Path(tempfile.gettempdir()) / "telefoon-test-ports.lock"


@dataclass(slots=True)
class Fields:
    """The fields of neighbouring ports that this process has to itself among all test runs on this machine.

    Each is claimed by a lock on one byte of a file, which the kernel lets go of when the process ends.
    """

    claims: Path = _CLAIMS
    owned: list[int] = field(default_factory=list)
    _place: int = 0
    _file: int | None = None

    def candidates(self, count: int) -> Iterator[int]:
        """Even first ports of `count` neighbours, the longest unused first; more fields are claimed as needed."""
        for _ in range(len(FIELDS) + 1):
            for first in self._own_candidates(count):
                self._place = first + count
                yield first
            if not self._claim_another():
                return

    def close(self) -> None:
        """Let other processes have the fields."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self.owned.clear()

    def _own_candidates(self, count: int) -> list[int]:
        firsts = [first for start in self.owned for first in range(start, start + FIELD_PORTS - count + 1, 2)]
        return [each for each in firsts if each >= self._place] + [each for each in firsts if each < self._place]

    def _claim_another(self) -> bool:
        if self._file is None:
            self._file = os.open(self.claims, os.O_RDWR | os.O_CREAT, 0o600)
        for number, start in enumerate(FIELDS):
            if start not in self.owned and _locks(self._file, number):
                self.owned.append(start)
                self._place = start
                return True
        return False


_OWN: Final = Fields()


class Ports:
    """Hands out loopback ports that are free for UDP and TCP now, and none of them twice."""

    def __init__(self, fields: Fields = _OWN) -> None:
        self._fields = fields
        self._given: set[int] = set()

    def one(self) -> int:
        """A port."""
        return self.block(1)

    def block(self, count: int) -> int:
        """The first of `count` neighbouring ports; it is even, as RTP asks for (RFC 3550 §11)."""
        for first in self._fields.candidates(count):
            wanted = range(first, first + count)
            if self._given.isdisjoint(wanted) and all(_is_free(port) for port in wanted):
                self._given.update(wanted)
                return first
        message = f"no {count} neighbouring ports are free between {FIELDS[0]} and {FIELDS[-1] + FIELD_PORTS}"
        raise OSError(message)


def _locks(claims: int, number: int) -> bool:
    try:
        fcntl.lockf(claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
    except OSError as refusal:
        if refusal.errno in (errno.EACCES, errno.EAGAIN):
            return False
        raise
    return True


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
