"""One call's way to customers' servers: its cookies, its account's signature, its lines in the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from multidict import CIMultiDictProxy

from engine.errors import DocumentError
from engine.flow.document import Document
from engine.flow.manner import STRICT_MANNER, ReadingManner
from engine.flow.parse import is_sound, read_flow
from engine.flow.verbs.play import Play
from engine.ids import IdKind, new_id
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import ExchangeKind, Note, Owner, WebhookExchange
from engine.webhooks.incoming import Incoming, status_of
from engine.webhooks.outbound_request import OutboundRequest, Sends
from engine.webhooks.policy import WebhookPolicy
from engine.webhooks.request import WebRequest, parsed

if TYPE_CHECKING:
    from aiohttp import CookieJar

T = TypeVar("T")

FindManner = Callable[[], Awaitable[ReadingManner]]
"""Says how the documents of a call are read."""

DOCUMENT_LIMIT_BYTES: Final = 64 * 1024
MAX_DOWNLOAD_BYTES: Final = 32 * 1024 * 1024
_KEPT_DOCUMENTS: Final = 128
_KEPT_LIMIT_BYTES: Final = 4096
_NOT_MODIFIED: Final = 304
_NOTHING: Final[frozenset[str]] = frozenset()


def always(manner: ReadingManner) -> FindManner:
    """Every document is read in the same manner."""

    async def found() -> ReadingManner:
        return manner

    return found


STRICTLY: Final = always(STRICT_MANNER)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The headers that came with a file; `changed` is False for 304, when there is none."""

    changed: bool
    headers: CIMultiDictProxy[str]


class CallWeb:
    """One for each call, made by WebhookClient.for_call; lives as long as the call.

    The values of parameters that are named in `hidden` are sent, but masked wherever they are written down. `manner`
    says how its documents are read, strictly by default.
    """

    def __init__(
        self,
        sender: Sends,
        owner: Owner,
        format_: BodyFormat,
        note: Note,
        *,
        policy: WebhookPolicy,
        download_policy: WebhookPolicy,
        jar: "CookieJar | None" = None,
        manner: FindManner = STRICTLY,
    ) -> None:
        self.owner = owner
        self._sender = sender
        self._format = format_
        self._note = note
        self._policy = policy
        self._download_policy = download_policy
        self._jar = jar
        self._manner = manner

    def goes_on_as(self, call_id: str) -> None:
        """What is asked from now on is another call's, which has taken the place of the one so far."""
        self.owner = replace(self.owner, call_id=call_id)

    async def fetch_document(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = _NOTHING
    ) -> Document:
        """The call flow that the server answers with. Raises WebhookError, DocumentError.

        Sound for an answer orders that it is played: the server is asked for it again, as for the file of any Play.
        """
        unwritten: list[WebhookExchange] = []
        try:
            body, content_type = await self._fetched(url, method, params, hidden, unwritten.append)
            if is_sound(content_type):
                return Document((Play(url),))
            document = _document(body, content_type, await self._manner())
            if unwritten and document.warnings:
                unwritten[-1] = replace(unwritten[-1], warnings="\n".join(map(str, document.warnings)))
            return document
        except DocumentError as wrong:
            raise DocumentError(
                f"{wrong.detail} (in the answer of {parsed(url).with_user(None)})",
                line=wrong.line,
                column=wrong.column,
                element=wrong.element,
                attribute=wrong.attribute,
                fault=wrong.fault,
            ) from None
        finally:
            for exchange in unwritten:
                self._note(exchange)

    async def fetch_body(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = _NOTHING
    ) -> tuple[bytes, str | None]:
        """What the server answers, unread, and its content type; of sound that alone. Raises WebhookError."""
        return await self._fetched(url, method, params, hidden, self._note)

    async def _fetched(
        self, url: str, method: str, params: Mapping[str, str], hidden: frozenset[str], note: Note
    ) -> tuple[bytes, str | None]:
        async def read(incoming: Incoming) -> tuple[bytes, str | None]:
            content_type = incoming.headers.get("Content-Type")
            if is_sound(content_type):
                incoming.require_usable(MAX_DOWNLOAD_BYTES)
                return b"", content_type
            return await incoming.body(DOCUMENT_LIMIT_BYTES), content_type

        errand = self._errand(url, method, params, hidden, ExchangeKind.DOCUMENT, read)
        return await self._sender.send(replace(errand, note=note))

    async def request(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = _NOTHING
    ) -> int:
        """The status of the answer, whatever it is; for callbacks. Raises WebhookError if there was none."""
        return await self._sender.send(self._errand(url, method, params, hidden, ExchangeKind.CALLBACK, status_of))

    async def download(
        self, url: str, dest: Path, limit_bytes: int, headers: Mapping[str, str] | None = None
    ) -> Downloaded:
        """The file at the URL, written to `dest`; nothing stays after an error. Raises WebhookError.

        With `headers` that ask on a condition (RFC 9110 §13.1), the answer may be that it has not changed.
        """

        async def write(incoming: Incoming) -> Downloaded:
            if headers and incoming.status == _NOT_MODIFIED:
                return Downloaded(False, incoming.headers)
            incoming.require_usable(limit_bytes)
            with await asyncio.to_thread(dest.open, "wb") as file:
                async for chunk in incoming.chunks(limit_bytes):
                    await asyncio.to_thread(file.write, chunk)
            return Downloaded(True, incoming.headers)

        address = parsed(url)
        request = WebRequest.to(address, "GET", {})
        policy = self._download_policy.overridden(address.fragment)
        errand = OutboundRequest(
            request, self.owner, ExchangeKind.MEDIA, policy, write, new_id(IdKind.REQUEST), headers=headers or {},
            note=self._note,
        )  # fmt: skip
        try:
            return await self._sender.send(errand)
        except BaseException:
            await asyncio.to_thread(dest.unlink, missing_ok=True)
            raise

    @staticmethod
    def shown(url: str) -> str:
        """A URL for people, without its password."""
        return WebRequest("GET", parsed(url)).shown_url

    def _errand(
        self, url: str, method: str, params: Mapping[str, str], hidden: frozenset[str], kind: ExchangeKind,
        use: Callable[[Incoming], Awaitable[T]],
    ) -> OutboundRequest[T]:  # fmt: skip
        address = parsed(url)
        return OutboundRequest(
            WebRequest.to(address, method, params, self._format, hidden),
            self.owner,
            kind,
            self._policy.overridden(address.fragment),
            use,
            id=new_id(IdKind.REQUEST),
            jar=self._jar,
            note=self._note,
        )


def _document(body: bytes, content_type: str | None, manner: ReadingManner) -> Document:
    """The call flow that stands there. Raises DocumentError."""
    read = read_flow if len(body) > _KEPT_LIMIT_BYTES else _same_document
    return read(body, content_type, manner)


# Most servers answer most calls with the same few documents.
_same_document = lru_cache(_KEPT_DOCUMENTS)(read_flow)
