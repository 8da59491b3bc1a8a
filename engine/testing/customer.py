"""A customer's web server in memory: documents by URL, and what it was asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from multidict import CIMultiDict, CIMultiDictProxy

from engine.errors import WebhookError
from engine.flow_faults import FlowFault
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import Owner, nowhere
from engine.ports import Clock
from engine.webhooks.call_web import STRICTLY, CallWeb, FindManner
from engine.webhooks.incoming import Incoming, Unusable
from engine.webhooks.outbound_request import OutboundRequest
from engine.webhooks.policy import WebhookPolicy
from engine.webhooks.request import WebRequest

if TYPE_CHECKING:
    from aiohttp import ClientResponse

T = TypeVar("T")

_POLICY: Final = WebhookPolicy(10.0, 2.0)


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """A request that came: URL without query, method, parameters of query and body."""

    url: str
    method: str
    params: Mapping[str, str]


class FakeCustomer:
    """A customer's web server, with the client that asks it, in memory."""

    def __init__(self, clock: Clock) -> None:
        self.documents: dict[str, str] = {}
        """Call flows by URL; what is not there is answered with 404."""
        self.asked: list[CustomerRequest] = []
        self.answers_in_s = 0.0
        self.unreachable: set[str] = set()
        self._clock = clock

    def for_call(
        self,
        account_id: str,
        call_id: str,
        *,
        format: BodyFormat = BodyFormat.FORM,  # noqa: A002 - what the field calls it
        event: Callable[..., Any] | None = None,
        manner: FindManner = STRICTLY,
    ) -> CallWeb:
        """What one call asks with."""
        del event
        owner = Owner(account_id, call_id)
        return CallWeb(self, owner, format, nowhere, policy=_POLICY, download_policy=_POLICY, manner=manner)

    async def send(self, errand: OutboundRequest[T]) -> T:
        """The answer as `errand` uses it. Raises WebhookError."""
        request = errand.request
        asked = _asked(request)
        self.asked.append(asked)
        await self._clock.sleep(self.answers_in_s)
        if asked.url in self.unreachable:
            raise WebhookError(f"{request.shown} was not answered.", FlowFault.CONNECTION)
        page = _Page(self.documents.get(asked.url))
        try:
            return await errand.use(Incoming(cast("ClientResponse", page)))
        except Unusable as reason:
            raise WebhookError(f"{request.shown} {reason}.", reason.fault) from reason

    def was_asked(self, url: str) -> list[Mapping[str, str]]:
        """The parameters of each request for a URL, in order."""
        return [asked.params for asked in self.asked if asked.url == url]


class _Page:
    """The part of an aiohttp.ClientResponse that Incoming reads."""

    def __init__(self, text: str | None) -> None:
        self.status = 404 if text is None else 200
        self.reason = "Not Found" if text is None else "OK"
        self.headers = CIMultiDictProxy(CIMultiDict({"Content-Type": "application/xml"}))
        self._body = (text or "").encode()
        self.content_length = len(self._body)
        self.content = self

    async def iter_chunked(self, size: int) -> Any:
        del size
        yield self._body

    async def read(self, size: int) -> bytes:
        return self._body[:size]


def _asked(request: WebRequest) -> CustomerRequest:
    return CustomerRequest(str(request.url.with_query(None)), request.method, {**request.url.query, **request.params})
