"""Requests the documents of one call's flow from customers' servers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.flow.document import Document
from engine.live.calls.flow_warnings import FlowWarnings
from engine.live.session.session import Session
from engine.webhooks.call_web import CallWeb
from engine.webhooks.payloads.call import webhook_params

_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class DocumentFetch:
    """Tells each server of the call, and the call of mistakes in what they answer. Implements engine.flow's Fetch.

    `of_arrival` are parameters that each request has, beside those of the call.
    """

    session: Session
    web: CallWeb
    of_arrival: Mapping[str, str]
    warnings: FlowWarnings

    async def __call__(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = _NOTHING
    ) -> Document:
        """Raises WebhookError, DocumentError."""
        told = {**self.of_arrival, **webhook_params(self.session.call), **params}
        document = await self.web.fetch_document(url, method, told, hidden=hidden)
        self.warnings.tell(url, document)
        return document
