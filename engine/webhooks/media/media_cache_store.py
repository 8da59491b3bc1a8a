"""Decoded audio on disk: each WAV with a note of the answer that it came from, the least used given up first."""

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

_NOTE: Final = ".json"
_WAV: Final = ".wav"


@dataclass(frozen=True, slots=True)
class CachedMedia:
    """A WAV and the headers of its answer; `checked_at` (Unix time) is when the server last vouched for it."""

    key: str
    file: str
    size: int
    headers: Mapping[str, str]
    checked_at: float
    fresh_s: float


class MediaCacheStore:
    """The files of a process's media cache. A WAV and its note appear whole or not at all; what is in use stays."""

    def __init__(self, folder: Path, *, limit_bytes: int, longest_s: float) -> None:
        self.folder = folder
        self._limit_bytes = limit_bytes
        self._longest_s = longest_s
        # In the order of their use: the first is the one least recently used.
        self._kept: dict[str, CachedMedia] | None = None
        self._in_use: dict[str, int] = {}
        self._opening = asyncio.Lock()

    async def get(self, key: str) -> CachedMedia | None:
        """What is kept under a key, if its file is still there."""
        everything = await self._opened()
        kept = everything.get(key)
        if kept is None or not await asyncio.to_thread(self.path(kept).is_file):
            everything.pop(key, None)
            return None
        everything.pop(key, None)
        everything[key] = kept
        return kept

    async def put(self, key: str, wav: Path, headers: Mapping[str, str], fresh_s: float) -> CachedMedia | None:
        """Move a WAV here; None, and it stays where it is, if it alone is too large."""
        everything = await self._opened()
        size = (await asyncio.to_thread(wav.stat)).st_size
        if size > self._limit_bytes:
            return None
        file = f"{key}-{time.time_ns():x}{_WAV}"
        kept = CachedMedia(key, file, size, dict(headers), time.time(), fresh_s)
        await asyncio.to_thread(wav.replace, self.folder / file)
        await asyncio.to_thread(self._write, kept)
        former = everything.pop(key, None)
        if former is not None:
            await self._unlink(former)
        await self._make_room(everything, size)
        # Last, so that nobody gives it up before it is used.
        everything[key] = kept
        return kept

    async def confirm(self, kept: CachedMedia, headers: Mapping[str, str], fresh_s: float) -> CachedMedia:
        """The server vouched for it again."""
        everything = await self._opened()
        confirmed = replace(kept, headers=dict(headers), checked_at=time.time(), fresh_s=fresh_s)
        await asyncio.to_thread(self._write, confirmed)
        everything.pop(kept.key, None)
        everything[kept.key] = confirmed
        return confirmed

    async def drop(self, kept: CachedMedia) -> None:
        """Keep it no longer."""
        (await self._opened()).pop(kept.key, None)
        await asyncio.to_thread(self._note(kept.key).unlink, missing_ok=True)
        await self._unlink(kept)

    def path(self, kept: CachedMedia) -> Path:
        return self.folder / kept.file

    @contextmanager
    def using(self, kept: CachedMedia) -> Iterator[Path]:
        """Its path, which stays there meanwhile."""
        self._in_use[kept.file] = self._in_use.get(kept.file, 0) + 1
        try:
            yield self.path(kept)
        finally:
            self._in_use[kept.file] -= 1
            if not self._in_use[kept.file]:
                del self._in_use[kept.file]
                if not any(each.file == kept.file for each in (self._kept or {}).values()):
                    self.path(kept).unlink(missing_ok=True)

    async def _opened(self) -> dict[str, CachedMedia]:
        # One at a time: it clears away whatever it does not know, such as another's download.
        async with self._opening:
            if self._kept is None:
                self._kept = await asyncio.to_thread(self._load)
        return self._kept

    def _load(self) -> dict[str, CachedMedia]:
        """What an earlier process left; of what it did not finish nothing stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        found: list[CachedMedia] = []
        for note in self.folder.glob(f"*{_NOTE}"):
            with suppress(OSError, ValueError, TypeError):
                found.append(CachedMedia(**json.loads(note.read_text("utf-8"))))
        known = {each.file for each in found} | {self._note(each.key).name for each in found}
        for left in self.folder.iterdir():
            if left.name not in known:
                _remove(left)
        return {each.key: each for each in sorted(found, key=lambda each: each.checked_at)}

    def _write(self, kept: CachedMedia) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(kept), file)
        Path(name).replace(self._note(kept.key))

    async def _make_room(self, everything: dict[str, CachedMedia], for_bytes: int) -> None:
        """Remove what nobody asked about for long, then the least recently used until the rest fits."""
        oldest = time.time() - self._longest_s
        size = for_bytes + sum(each.size for each in everything.values())
        for each in tuple(everything.values()):
            if each.checked_at >= oldest and size <= self._limit_bytes:
                continue
            if each.file not in self._in_use:
                size -= each.size
                await self.drop(each)

    async def _unlink(self, kept: CachedMedia) -> None:
        if kept.file not in self._in_use:
            await asyncio.to_thread(self.path(kept).unlink, missing_ok=True)

    def _note(self, key: str) -> Path:
        return self.folder / f"{key}{_NOTE}"


def _remove(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)
