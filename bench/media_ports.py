"""Ranges of ports for media, far larger than the tests' fields: above the range that those are taken from."""

import random
import socket
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Final


@dataclass(slots=True)
class MediaPorts:
    """Hands out ranges between `first` and `last`, the longest unused first; whoever takes one skips what is in use."""

    first: int
    last: int
    _next: int = field(init=False)

    def __post_init__(self) -> None:
        # Somewhere, so that two that begin at once do not both begin at the first.
        self._next = random.randrange(self.first, self.last, _STEP)

    def take(self, count: int) -> int:
        """The first of `count` ports, nearly all of which are free now. Raises OSError where there are none.

        Of a busy machine's sockets some are anywhere: none of them are in 2,400 neighbouring ports only now and then.
        """
        starts: tuple[int, ...] = (
            *range(self._next, self.last - count, _STEP),
            *range(self.first, self.last - count, _STEP),
        )
        for start in starts:
            even = start + start % 2
            taken = (port for port in range(even, even + count) if not _is_free(port))
            if next(islice(taken, count // _ONE_OF_MAY_BE_TAKEN, None), None) is None:
                self._next = even + count
                return even
        raise OSError(f"no {count} neighbouring ports are free between {self.first} and {self.last}")


_STEP: Final = 50
_ONE_OF_MAY_BE_TAKEN: Final = 100
SERVERS: Final = (33000, 53000)
CALLERS: Final = (53000, 61000)


def _is_free(port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
