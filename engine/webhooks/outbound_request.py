"""A request to a customer's server with all that its sender must know, and what sends it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from engine.model.webhook_exchange import ExchangeKind, Note, Owner, nowhere
from engine.webhooks.incoming import Incoming
from engine.webhooks.policy import WebhookPolicy
from engine.webhooks.request import WebRequest

if TYPE_CHECKING:
    from aiohttp import CookieJar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OutboundRequest(Generic[T]):
    """A request, for whom and what it is, and what is to be done with its answer (`use`).

    `id` is its webhook-id, which retries and redirects keep. `jar` holds the cookies of the one who asks.
    """

    request: WebRequest
    owner: Owner
    kind: ExchangeKind
    policy: WebhookPolicy
    use: Callable[[Incoming], Awaitable[T]]
    id: str
    jar: "CookieJar | None" = None
    headers: Mapping[str, str] = field(default_factory=dict)
    note: Note = nowhere


class Sends(Protocol):
    """Sends requests to customers' servers. Raises WebhookError."""

    async def send(self, errand: OutboundRequest[T]) -> T: ...
