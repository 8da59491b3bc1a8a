"""An object's bytes in any part: no more than was asked for, and further ahead while they are read in order."""

from typing import Final

from engine.errors import RecordingError
from engine.recordings.object_storage.store import ObjectStore

_FIRST_AHEAD: Final = 256 * 1024
_MOST_AHEAD: Final = 4 * 1024 * 1024


class ObjectReadable:
    """Reads the bytes of an object in the store. A request takes long, however little is asked for."""

    def __init__(self, store: ObjectStore, url: str) -> None:
        """Raises ObjectStoreError."""
        self.size: int = store.size(url)
        self._store = store
        self._url = url
        self._from = 0
        self._held = b""
        self._ahead = 0

    def read(self, first: int, count: int) -> bytes:
        end = min(first + count, self.size)
        if end <= first:
            return b""
        held_to = self._from + len(self._held)
        if not self._from <= first <= end <= held_to:
            in_order = bool(self._held) and self._from < first <= held_to
            self._ahead = min(max(2 * self._ahead, _FIRST_AHEAD), _MOST_AHEAD) if in_order else 0
            self._fetch(first, min(end + self._ahead, self.size))
        return self._held[first - self._from : end - self._from]

    def close(self) -> None:
        self._held = b""

    def _fetch(self, first: int, end: int) -> None:
        found = self._store.read(self._url, first, end - first)
        if len(found) != end - first:
            raise RecordingError(f"The recording can't be read: of {end - first} bytes the store gave {len(found)}.")
        self._from, self._held = first, found
