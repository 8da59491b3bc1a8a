"""Call flows as commands are given them: a file, or a URL."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from engine.errors import InvalidField

if TYPE_CHECKING:
    from engine.flow.document import Document
    from engine.webhooks.call_web import CallWeb

T = TypeVar("T")

_SUFFIXES = {".xml": "text/xml", ".json": "application/json"}


def is_url(source: str) -> bool:
    """Whether a source is to be requested, not read."""
    return source.startswith(("http://", "https://"))


def read_file(source: str) -> tuple[bytes, str | None]:
    """The file's bytes, and the content type that its name tells. Raises InvalidField."""
    path = Path(source)
    try:
        return path.read_bytes(), _SUFFIXES.get(path.suffix.lower())
    except OSError as error:
        raise InvalidField("file", f"{source} can't be read: {error.strerror}.") from None


class BlockingWeb:
    """Asks servers from code that does not wait; this is the user's own machine, so every address may be asked."""

    def __init__(self, web: "CallWeb", loop: asyncio.AbstractEventLoop) -> None:
        self._web = web
        self._loop = loop

    def fetch(self, url: str, method: str, params: Mapping[str, str]) -> "Document":
        """The call flow at the URL. Raises WebhookError, DocumentError."""
        return self.run(self._web.fetch_document(url, method, params))

    def body(self, url: str) -> tuple[bytes, str | None]:
        """What the server answers, and its content type. Raises WebhookError."""
        return self.run(self._web.fetch_body(url, "POST", {}))

    def download(self, url: str, dest: Path, limit_bytes: int) -> None:
        """The file at the URL. Raises WebhookError."""
        self.run(self._web.download(url, dest, limit_bytes))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs the requests of a simulation with the secrets of one account, the newest first."""

    account_id: str
    valid: Sequence[str] = field(repr=False)

    async def secrets(self, account_id: str, /) -> Sequence[str]:
        return self.valid if account_id == self.account_id else ()


@contextmanager
def blocking_web(timeout_s: float = 10.0, *, signer: Signer | None = None) -> Iterator[BlockingWeb]:
    """A client with a loop of its own, in a thread; its requests are signed where there is a signer."""
    from engine.webhooks.client import WebhookClient

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="web", daemon=True)
    thread.start()
    everywhere = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    client = WebhookClient(timeout_s=timeout_s, allow=everywhere, keyring=signer)

    async def started() -> "CallWeb":
        await client.start()
        return client.for_call(signer.account_id if signer else "", "")

    try:
        yield BlockingWeb(asyncio.run_coroutine_threadsafe(started(), loop).result(), loop)
    finally:
        asyncio.run_coroutine_threadsafe(client.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
