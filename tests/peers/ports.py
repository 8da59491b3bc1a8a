"""Free ports for servers that want to be told a number before they start."""

import contextlib
import random
import socket
from collections.abc import Iterator

_FIRST, _LAST = 12000, 32000
"""Below the range from which the kernel takes ports by itself, so that nothing else drifts into one."""


class Ports:
    """Hands out loopback ports that are free for UDP and TCP now, and none of them twice."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def one(self) -> int:
        """A port."""
        return self.block(1)

    def block(self, count: int) -> int:
        """The first of `count` neighbouring ports; it is even, as RTP asks for (RFC 3550 §11)."""
        for first in self._candidates(count):
            wanted = range(first, first + count)
            if self._given.isdisjoint(wanted) and all(_is_free(port) for port in wanted):
                self._given.update(wanted)
                return first
        message = f"no {count} neighbouring ports are free between {_FIRST} and {_LAST}"
        raise OSError(message)

    @staticmethod
    def _candidates(count: int) -> Iterator[int]:
        firsts = list(range(_FIRST, _LAST - count, 2))
        yield from random.sample(firsts, len(firsts))


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
