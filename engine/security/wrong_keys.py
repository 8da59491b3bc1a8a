"""Clients that send wrong API keys: after a few, an address has to wait, and each time twice as long."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from engine.security.least_recent import LeastRecent

_MOST: Final = 20_000
_FIRST_S: Final = 1.0
_LONGEST_S: Final = 3600.0
_FORGIVEN_AFTER_S: Final = 3600.0
"""So long after its last wrong key, and its last wait, an address begins anew."""


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    locked_until_s: float
    last_s: float


class WrongKeys:
    """Counts wrong keys by address, of which `free` cost nothing.

    What is looked up for a key is a row of the database: who guesses is kept from having that done, and nobody could
    guess a key anyway. So nothing of this outlives the process: a restart gives an address `free` more.
    """

    def __init__(self, free: int, most: int = _MOST) -> None:
        self._free = free
        self._failures: LeastRecent[str, _Failures] = LeastRecent(most)

    def __len__(self) -> int:
        return len(self._failures)

    def wait_s(self, address: str, now_s: float) -> int:
        """Whole seconds for which keys from this address are not looked at; 0 if they are."""
        found = self._known(address, now_s)
        return 0 if found is None else max(0, ceil(found.locked_until_s - now_s))

    def count(self, address: str, now_s: float) -> None:
        """A wrong key came from this address."""
        found = self._known(address, now_s)
        so_far = found.count + 1 if found else 1
        beyond = so_far - self._free
        wait_s = min(_LONGEST_S, _FIRST_S * 2.0 ** min(beyond - 1, 32)) if beyond > 0 else 0.0
        self._failures.put(address, _Failures(so_far, now_s + wait_s, now_s))

    def _known(self, address: str, now_s: float) -> _Failures | None:
        found = self._failures.get(address)
        if found is None or now_s < max(found.last_s, found.locked_until_s) + _FORGIVEN_AFTER_S:
            return found
        self._failures.forget(address)
        return None
