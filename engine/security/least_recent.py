"""A table that keeps what was put into it last, and forgets the rest."""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class LeastRecent(Generic[Key, Kept]):
    """At most so many values by their keys; one more pushes out that which was put in longest ago. All is O(1)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Key, Kept] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def get(self, key: Key) -> Kept | None:
        """The value of a key, if there is one."""
        return self._values.get(key)

    def put(self, key: Key, value: Kept) -> None:
        """Keep a value as the most recent."""
        self._values.pop(key, None)
        if len(self._values) >= self._most:
            del self._values[next(iter(self._values))]
        self._values[key] = value

    def forget(self, key: Key) -> None:
        """Let a key be unknown."""
        self._values.pop(key, None)
