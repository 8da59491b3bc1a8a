"""Audio files for Play: downloaded once for all calls of an account, decoded once, asked about when they are old."""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakValueDictionary

from engine.errors import MediaError, WebhookError
from engine.ports import AudioDecoder
from engine.webhooks.call_web import MAX_DOWNLOAD_BYTES, CallWeb
from engine.webhooks.media.freshness import Freshness, freshness, kept_of, refreshed, validators
from engine.webhooks.media.media_cache_store import CachedMedia, MediaCacheStore


@dataclass(slots=True, weakref_slot=True)
class _Gate:
    """A gate for those who want the same file at the same time: one goes, the others wait for what it brings."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    told_at: float = float("-inf")
    failure: WebhookError | MediaError | None = None
    is_private: bool = False


class MediaCache:
    """Files are known by account, URL and rate: what one account's signature opens is not played to another.

    `longest_s` is the longest that a file is believed in or kept unused; nothing is kept with `limit_bytes` of 0.
    """

    def __init__(self, folder: Path, decoder: AudioDecoder, *, limit_bytes: int, longest_s: float) -> None:
        self._decoder = decoder
        self._longest_s = longest_s
        self._store = MediaCacheStore(folder, limit_bytes=limit_bytes, longest_s=longest_s)
        self._gates: WeakValueDictionary[str, _Gate] = WeakValueDictionary()

    @asynccontextmanager
    async def wav(self, url: str, web: CallWeb, rate_hz: int) -> AsyncIterator[Path]:
        """A mono 16-bit WAV of what is at the URL, which is there while inside. Raises WebhookError, MediaError."""
        async with AsyncExitStack() as stack:
            try:
                obtained = await self._obtain(url, web, rate_hz, stack)
            except OSError as error:
                raise MediaError(f"{web.shown(url)} can't be stored: {error.strerror}.") from error
            if isinstance(obtained, CachedMedia):
                yield stack.enter_context(self._store.using(obtained))
            else:
                yield obtained

    async def _obtain(self, url: str, web: CallWeb, rate_hz: int, stack: AsyncExitStack) -> CachedMedia | Path:
        key = _key(web.owner.account_id, url, rate_hz)
        gate = self._gates.setdefault(key, _Gate())
        came_at = time.monotonic()
        async with gate.lock:
            if gate.failure is not None and gate.told_at >= came_at:
                raise gate.failure
            kept = await self._store.get(key)
            if kept is not None and (gate.told_at >= came_at or self._is_fresh(kept)):
                return kept
            if not gate.is_private:
                return await self._ask(_Wanted(key, url, web, rate_hz), kept, gate, stack)
        # The last answer may not be kept, so everybody asks for themselves, and nobody waits for another.
        return await self._download(_Wanted(key, url, web, rate_hz), None, gate, stack)

    async def _ask(
        self, wanted: "_Wanted", kept: CachedMedia | None, gate: _Gate, stack: AsyncExitStack
    ) -> CachedMedia | Path:
        """Noting for the others what came of it; nothing did if this call ended before."""
        gate.failure = None
        try:
            obtained = await self._download(wanted, kept, gate, stack)
        except (WebhookError, MediaError) as failure:
            gate.failure = failure
            gate.told_at = time.monotonic()
            raise
        gate.told_at = time.monotonic()
        return obtained

    async def _download(
        self, wanted: "_Wanted", kept: CachedMedia | None, gate: _Gate, stack: AsyncExitStack
    ) -> CachedMedia | Path:
        if kept is not None:
            stack.enter_context(self._store.using(kept))
        folder = Path(stack.enter_context(_scratch(self._store.folder)))
        source, wav = folder / "source", folder / "play.wav"
        asked = validators(kept.headers) if kept else {}
        answer = await wanted.web.download(wanted.url, source, MAX_DOWNLOAD_BYTES, asked)
        if kept is not None and not answer.changed:
            headers = refreshed(kept.headers, answer.headers)
            return await self._store.confirm(kept, headers, self._judged(headers).fresh_s)
        await self._decoder.to_wav(source, wav, rate_hz=wanted.rate_hz)
        headers = kept_of(answer.headers)
        judged = self._judged(headers)
        gate.is_private = not judged.storable
        stored = await self._store.put(wanted.key, wav, headers, judged.fresh_s) if judged.storable else None
        if stored is None and kept is not None:
            await self._store.drop(kept)
        return stored or wav

    def _judged(self, headers: dict[str, str]) -> Freshness:
        judged = freshness(headers, datetime.now(UTC))
        return Freshness(judged.storable, min(judged.fresh_s, self._longest_s))

    @staticmethod
    def _is_fresh(kept: CachedMedia) -> bool:
        # A clock that was set back makes nothing fresh.
        return 0 <= time.time() - kept.checked_at < kept.fresh_s


@dataclass(frozen=True, slots=True)
class _Wanted:
    key: str
    url: str
    web: CallWeb
    rate_hz: int


def _scratch(folder: Path) -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(dir=folder, prefix="download-", ignore_cleanup_errors=True)


def _key(account_id: str, url: str, rate_hz: int) -> str:
    address = url.partition("#")[0]
    return hashlib.sha256(f"{account_id}\n{address}\n{rate_hz}".encode(errors="surrogatepass")).hexdigest()
