"""Requests the documents of one call's flow from customers' servers."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from engine.errors import WebhookError
from engine.flow.document import Document
from engine.live.calls.flow_warnings import FlowWarnings
from engine.live.session.session import Session
from engine.webhooks.call_web import CallWeb
from engine.webhooks.payloads.call import webhook_params

_NOTHING: Final[frozenset[str]] = frozenset()


class DocumentFetch:
    """Tells each server of the call, and the call of mistakes in what they answer. Implements engine.flow's Fetch."""

    def __init__(self, session: Session, web: CallWeb, of_arrival: Mapping[str, str], warnings: FlowWarnings) -> None:
        """`of_arrival` are parameters that each request has, beside those of the call."""
        self.asked_last: str | None = None
        """The URL of the document that was asked for last, as people may see it."""
        self._session = session
        self._web = web
        self._of_arrival = of_arrival
        self._warnings = warnings

    async def __call__(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = _NOTHING
    ) -> Document:
        """Raises WebhookError, DocumentError."""
        with suppress(WebhookError):  # what is no URL is the fault of the document that has it
            self.asked_last = CallWeb.shown(url)
        told = {**self._of_arrival, **webhook_params(self._session.call), **params}
        document = await self._web.fetch_document(url, method, told, hidden=hidden)
        self._warnings.tell(url, document)
        return document
