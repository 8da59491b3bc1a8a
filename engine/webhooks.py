"""The HTTP client towards customers: documents, status callbacks, audio files.

Each redirect is followed by hand, so that each address is checked; bodies are read up to a limit and never
unpacked, so that a small answer can't become a large one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from engine.egress import Egress, GuardedResolver, Lookup, Network
from engine.errors import DocumentError, WebhookError
from engine.flow.document import Document
from engine.flow.parse import parse

T = TypeVar("T")

DOCUMENT_LIMIT_BYTES: Final = 64 * 1024
REDIRECT_LIMIT: Final = 3
USER_AGENT: Final = "Telefoon/0.1"

_CHUNK_BYTES: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEPING_THE_METHOD: Final = frozenset({307, 308})


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: URL
    form: Mapping[str, str]

    @property
    def shown(self) -> str:
        """For error messages: without the password that a URL may carry."""
        return f"{self.method} {self.url.with_user(None)}"

    def redirected(self, status: int, location: str) -> "_Request":
        """RFC 9110 §15.4: other than 307 and 308, a redirect turns POST into GET, and its form is dropped."""
        try:
            url = self.url.join(URL(location))
        except ValueError:
            raise WebhookError(f"{self.shown} redirected to {location!r}, which is not a URL.") from None
        return _Request(self.method, url, self.form) if status in _KEEPING_THE_METHOD else _Request("GET", url, {})


class WebhookClient:
    """Asks customers' servers. `timeout_s` is for a whole exchange, redirects and body included."""

    def __init__(
        self,
        *,
        timeout_s: float,
        allow: Sequence[Network] = (),
        download_timeout_s: float = 60.0,
        user_agent: str = USER_AGENT,
        lookup: Lookup | None = None,
    ) -> None:
        self._egress = Egress(allow)
        self._timeout_s = timeout_s
        self._download_timeout_s = download_timeout_s
        self._user_agent = user_agent
        self._lookup = lookup
        self._session: ClientSession | None = None

    async def start(self) -> None:
        """Ready from now on."""
        self._session = ClientSession(
            connector=TCPConnector(
                resolver=GuardedResolver(self._egress, self._lookup),
                use_dns_cache=False,
                # Who asks is bounded elsewhere: documents by the calls, callbacks by their courier.
                limit=0,
            ),
            # Shared by all customers: nobody's cookies may reach another.
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Nothing is open afterwards."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch_document(self, url: str, method: str, params: Mapping[str, str]) -> Document:
        """The call flow that the server answers with. Raises WebhookError, DocumentError."""

        async def read(response: ClientResponse) -> tuple[bytes, str | None]:
            return await _body(response, DOCUMENT_LIMIT_BYTES), response.headers.get("Content-Type")

        body, content_type = await self._exchange(_request(url, method, params), read, self._timeout_s)
        try:
            return parse(body, content_type)
        except DocumentError as wrong:
            raise DocumentError(
                f"{wrong.detail} (in the answer of {_without_password(url)})",
                line=wrong.line,
                column=wrong.column,
                element=wrong.element,
                attribute=wrong.attribute,
            ) from None

    async def post_form(self, url: str, form: Mapping[str, str]) -> int:
        """The status of the server's answer, whatever it is. Raises WebhookError if there was none."""

        async def status(response: ClientResponse) -> int:
            return response.status

        return await self._exchange(_request(url, "POST", form), status, self._timeout_s)

    async def download(self, url: str, dest: Path, limit_bytes: int) -> Path:
        """The file at the URL, written to `dest`, which is returned; nothing stays after an error.

        Raises WebhookError.
        """

        async def write(response: ClientResponse) -> Path:
            _check_usable(response, limit_bytes)
            written = 0
            with await asyncio.to_thread(dest.open, "wb") as file:
                async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                    written += len(chunk)
                    if written > limit_bytes:
                        raise _too_long(limit_bytes)
                    await asyncio.to_thread(file.write, chunk)
            return dest

        try:
            return await self._exchange(_request(url, "GET", {}), write, self._download_timeout_s)
        except BaseException:
            await asyncio.to_thread(dest.unlink, missing_ok=True)
            raise

    async def _exchange(self, request: _Request, use: Callable[[ClientResponse], Awaitable[T]], timeout_s: float) -> T:
        """Ask, follow redirects, use the answer. Every error becomes a WebhookError that names the request."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._follow(request, use)
        except TimeoutError:
            raise WebhookError(f"{request.shown} was not answered within {timeout_s:g} s.") from None
        except (ClientError, OSError, ValueError) as error:
            raise WebhookError(f"{request.shown} failed: {str(error) or type(error).__name__}.") from error
        except _Unusable as reason:
            raise WebhookError(f"{request.shown} {reason}.") from None

    async def _follow(self, request: _Request, use: Callable[[ClientResponse], Awaitable[T]]) -> T:
        if self._session is None:
            raise WebhookError("The HTTP client is closed.")
        for _ in range(REDIRECT_LIMIT + 1):
            self._egress.check(request.url)
            form = dict(request.form) if request.method == "POST" else None
            asking = self._session.request(request.method, request.url, data=form, allow_redirects=False)
            async with asking as response:
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or not location:
                    return await use(response)
                request = request.redirected(response.status, location)
        raise _Unusable(f"was redirected more than {REDIRECT_LIMIT} times")


class _Unusable(Exception):
    """There was an answer, but none that is of use; the text follows the request."""


def _request(url: str, method: str, params: Mapping[str, str]) -> _Request:
    try:
        parsed = URL(url)
        if not parsed.absolute:
            raise WebhookError(f"{url!r} is not an absolute URL.")
        if method == "GET":
            return _Request(method, parsed.extend_query(params), {})
    except ValueError:
        raise WebhookError(f"{url!r} is not a URL.") from None
    return _Request(method, parsed, params)


async def _body(response: ClientResponse, limit_bytes: int) -> bytes:
    _check_usable(response, limit_bytes)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > limit_bytes:
            raise _too_long(limit_bytes)
    return bytes(body)


def _check_usable(response: ClientResponse, limit_bytes: int) -> None:
    if not 200 <= response.status < 300:
        raise _Unusable(f"was answered with {response.status} {response.reason or ''}".rstrip())
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise _Unusable(f"was answered with the encoding {encoding}, which was not asked for")
    if (response.content_length or 0) > limit_bytes:
        raise _too_long(limit_bytes)


def _too_long(limit_bytes: int) -> _Unusable:
    return _Unusable(f"was answered with more than {limit_bytes // 1024} KiB")


def _without_password(url: str) -> str:
    return str(URL(url).with_user(None))
