"""The customer's server of a simulated call: its documents, and what it is asked for and told."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from engine.errors import DocumentError, FlowFailed, WebhookError
from engine.flow.document import Document
from engine.flow.manner import ReadingManner
from engine.flow.next_step import GoTo
from engine.flow.parse import read_flow
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import Owner, nowhere
from engine.simulator.at_hand import address_of_document, shown, why_relative
from engine.simulator.narrator import Narrator
from engine.testing.customer import FakeCustomer
from engine.webhooks.call_web import STRICTLY, CallWeb, FindManner
from engine.webhooks.policy import WebhookPolicy

Fetch = Callable[[str, str, Mapping[str, str]], Document]
"""Get a document: absolute URL, GET or POST, parameters. May block. Raises WebhookError, DocumentError."""

_POLICY: Final = WebhookPolicy(10.0, 2.0)
_NOTHING: Final[frozenset[str]] = frozenset()
_OK: Final = 200


class SimulatedWeb:
    """Answers in place of the customer's server (engine.live.services.Web); `start` is a document, or where it is."""

    def __init__(self, fetch: Fetch, start: Document | GoTo, base_url: str | None, narrator: Narrator) -> None:
        self._fetch = fetch
        self._at_hand = start if isinstance(start, Document) else None
        self._narrator = narrator
        self._begun = False
        self.own: FakeCustomer | None = None
        """Has the flows of others than the caller, of which nothing is told."""
        self.start_url = start.url if isinstance(start, GoTo) else address_of_document(base_url)

    def for_call(
        self,
        account_id: str,
        call_id: str,
        *,
        format: BodyFormat = BodyFormat.FORM,  # noqa: A002 - what the field calls it
        event: Callable[..., Any] | None = None,
        manner: FindManner = STRICTLY,
    ) -> CallWeb:
        """What one call asks with; its documents come as they were read."""
        del event, manner
        assert self.own is not None
        return _SimulatedCallWeb(self, self.own, account_id, call_id, format)

    def document(
        self, call_id: str, url: str, method: str, params: Mapping[str, str], hidden: frozenset[str]
    ) -> Document:
        """What a call is answered. Raises WebhookError, DocumentError, FlowFailed."""
        if self.own is not None and url in self.own.documents:
            return read_flow(self.own.documents[url], None, ReadingManner())
        if self._at_hand is not None and not self._begun:
            self._begun = True
            self._narrator.reads(call_id, self._at_hand)
            return self._at_hand
        self._narrator.asks(method, shown(url), params, hidden)
        try:
            found = self._found(url, method, params)
        except DocumentError as error:
            self._narrator.refuses(error)
            raise
        except (WebhookError, FlowFailed) as error:
            self._narrator.is_not_answered(call_id, str(error))
            raise
        self._narrator.reads(call_id, found)
        return found

    def tell(self, url: str, method: str, params: Mapping[str, str]) -> None:
        """A callback, whose answer does not matter."""
        self._narrator.tells(method, url, params)

    def _found(self, url: str, method: str, params: Mapping[str, str]) -> Document:
        if self._at_hand is not None and url == self.start_url:
            return self._at_hand
        if (reason := why_relative(url)) is not None:
            raise FlowFailed(reason)
        return self._fetch(url, method, params)


class _SimulatedCallWeb(CallWeb):
    def __init__(
        self, web: SimulatedWeb, own: FakeCustomer, account_id: str, call_id: str, format_: BodyFormat
    ) -> None:
        owner = Owner(account_id, call_id)
        super().__init__(own, owner, format_, nowhere, policy=_POLICY, download_policy=_POLICY)
        self._web = web
        self._call_id = call_id

    async def fetch_document(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = _NOTHING
    ) -> Document:
        return self._web.document(self._call_id, url, method, params, hidden)

    async def request(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = _NOTHING
    ) -> int:
        del hidden
        self._web.tell(url, method, params)
        return _OK
