"""Call flows as commands are given them: a file, or a URL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.loop_in_thread import LoopInThread
from engine.errors import InvalidField

if TYPE_CHECKING:
    from engine.flow.document import Document
    from engine.flow.manner import ReadingManner
    from engine.webhooks.call_web import CallWeb

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


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs the requests of a simulation with the secrets of one account, the newest first."""

    account_id: str
    valid: Sequence[str] = field(repr=False)

    async def secrets(self, account_id: str, /) -> Sequence[str]:
        return self.valid if account_id == self.account_id else ()


class BlockingWeb:
    """Asks servers from code that does not wait; this is the user's own machine, so every address may be asked.

    The client comes into being with the first request: most flows are simulated from a file, and ask nobody.
    """

    def __init__(self, timeout_s: float, signer: Signer | None, manner: "ReadingManner | None" = None) -> None:
        self._timeout_s = timeout_s
        self._signer = signer
        self._manner = manner
        self._client: _ClientInThread | None = None

    def fetch(self, url: str, method: str, params: Mapping[str, str]) -> "Document":
        """The call flow at the URL. Raises WebhookError, DocumentError."""
        client = self._started()
        return client.run(client.web.fetch_document(url, method, params))

    def body(self, url: str) -> tuple[bytes, str | None]:
        """What the server answers, and its content type. Raises WebhookError."""
        client = self._started()
        return client.run(client.web.fetch_body(url, "POST", {}))

    def download(self, url: str, dest: Path, limit_bytes: int) -> None:
        """The file at the URL. Raises WebhookError."""
        client = self._started()
        client.run(client.web.download(url, dest, limit_bytes))

    def close(self) -> None:
        """Nothing is open afterwards."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _started(self) -> "_ClientInThread":
        if self._client is None:
            self._client = _ClientInThread(self._timeout_s, self._signer, self._manner)
        return self._client


class _ClientInThread(LoopInThread):
    """The HTTP client towards customers' servers, with an event loop of its own in a thread."""

    def __init__(self, timeout_s: float, signer: Signer | None, manner: "ReadingManner | None") -> None:
        from engine.webhooks.client import WebhookClient

        super().__init__("web")
        everywhere = [ip_network("0.0.0.0/0"), ip_network("::/0")]
        self._client = WebhookClient(timeout_s=timeout_s, allow=everywhere, keyring=signer)
        self.run(self._client.start())
        self._manner = manner
        self.web = self.run(self._one_call(signer.account_id if signer else ""))

    def close(self) -> None:
        self.run(self._client.close())
        super().close()

    async def _one_call(self, account_id: str) -> "CallWeb":
        from engine.webhooks.call_web import STRICTLY, always

        manner = STRICTLY if self._manner is None else always(self._manner)
        return self._client.for_call(account_id, "", manner=manner)


@contextmanager
def blocking_web(
    timeout_s: float = 10.0, *, signer: Signer | None = None, manner: "ReadingManner | None" = None
) -> Iterator[BlockingWeb]:
    """A client for as long as a command runs; its requests are signed where there is a signer.

    The documents that it fetches are read in the given manner, strictly without one.
    """
    web = BlockingWeb(timeout_s, signer, manner)
    try:
        yield web
    finally:
        web.close()
