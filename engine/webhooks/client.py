"""The HTTP client towards customers' servers: call flows, status callbacks, audio files.

One for the node: connections are shared, but one server has at most so many of them, so that a slow one holds up
only itself. What belongs to one call, as its cookies, is in its CallWeb.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from aiohttp import ClientSession, CookieJar

from config.version import USER_AGENT
from engine.errors import WebhookError
from engine.flow_faults import FlowFault
from engine.metrics.meters import Meters
from engine.metrics.table import Metric, WebhookOutcome
from engine.model.callback import BodyFormat, Delivery
from engine.model.webhook_exchange import ExchangeKind, Note, Owner, WebhookExchange, nowhere
from engine.security.egress import Egress, Network
from engine.security.guarded_resolver import GuardedResolver, Lookup
from engine.security.residency import Residency
from engine.webhooks.call_web import STRICTLY, CallWeb, FindManner
from engine.webhooks.guarded_session import guarded_session
from engine.webhooks.incoming import status_of
from engine.webhooks.outbound_request import OutboundRequest
from engine.webhooks.policy import WebhookPolicy
from engine.webhooks.request import WebRequest, parsed
from engine.webhooks.sender import Sender, noticing_reuse
from engine.webhooks.signing import Keyring

T = TypeVar("T")

CONNECTIONS_PER_SERVER: Final = 500


class WebhookClient:
    """The HTTP client by which a node asks customers' servers.

    `timeout_s` is for a whole exchange: redirects, retries and body included. Without a `keyring` nothing is
    signed; `note` writes exchanges down, `meters` count them.
    """

    def __init__(
        self,
        *,
        timeout_s: float,
        connect_timeout_s: float = 2.0,
        allow: Sequence[Network] = (),
        residency: Residency | None = None,
        download_timeout_s: float = 60.0,
        user_agent: str = USER_AGENT,
        connections_per_server: int = CONNECTIONS_PER_SERVER,
        lookup: Lookup | None = None,
        keyring: Keyring | None = None,
        note: Note = nowhere,
        meters: Meters | None = None,
    ) -> None:
        self._egress = Egress(allow, residency)
        self._policy = WebhookPolicy(timeout_s, connect_timeout_s)
        self._download_policy = WebhookPolicy(download_timeout_s, connect_timeout_s)
        self._user_agent = user_agent
        self._connections_per_server = connections_per_server
        self._lookup = lookup
        self._keyring = keyring
        self._write_down = note
        self._meters = meters or Meters()
        self._session: ClientSession | None = None

    async def start(self) -> None:
        """Ready from now on."""
        self._session = guarded_session(
            GuardedResolver(self._egress, self._lookup, self._policy.connect_s),
            user_agent=self._user_agent,
            connections_per_server=self._connections_per_server,
            trace_configs=[noticing_reuse()],
        )

    def _note(self, exchange: WebhookExchange) -> None:
        outcome = WebhookOutcome.of(exchange.status, exchange.error)
        self._meters.count(Metric.WEBHOOK_ATTEMPTS, kind=exchange.kind.value, outcome=outcome.value)
        self._write_down(exchange)

    async def close(self) -> None:
        """Nothing is open afterwards."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def for_call(
        self,
        account_id: str,
        call_id: str,
        *,
        format: BodyFormat = BodyFormat.FORM,  # noqa: A002 - what the field calls it
        event: Callable[..., Any] | None = None,
        manner: FindManner = STRICTLY,
    ) -> CallWeb:
        """What one call asks with. `event` gets a short word about each exchange, as Journal.note_event takes it."""

        def note(exchange: WebhookExchange) -> None:
            self._note(exchange)
            if event is not None and exchange.kind is not ExchangeKind.MEDIA:
                event("webhook", **_facts(exchange))

        return CallWeb(
            self,
            Owner(account_id, call_id),
            format,
            note,
            policy=self._policy,
            download_policy=self._download_policy,
            # RFC 6265 leaves cookies of bare addresses to the client: who develops has no name for the server yet.
            jar=CookieJar(unsafe=True),
            manner=manner,
        )

    async def deliver(self, callback: Delivery) -> int:
        """The status of the server's answer, whatever it is. Raises WebhookError if there was none."""
        url = parsed(callback.url)
        owner = Owner(callback.account_id, callback.call_id)
        request = WebRequest.to(url, callback.method, callback.form)
        policy = self._policy.overridden(url.fragment)
        return await self.send(
            OutboundRequest(request, owner, ExchangeKind.CALLBACK, policy, status_of, id=callback.id, note=self._note)
        )

    async def send(self, errand: OutboundRequest[T]) -> T:
        """See Sender. Raises WebhookError."""
        if self._session is None:
            raise WebhookError("The HTTP client is closed.", FlowFault.INTERNAL)
        return await Sender(self._session, self._egress, self._keyring).send(errand)


def _facts(exchange: WebhookExchange) -> dict[str, object]:
    """The facts that have a value, as an event on the call shows them."""
    facts = {
        "url": exchange.url,
        "method": exchange.method,
        "status": exchange.status,
        "latency_ms": exchange.latency_ms,
        "retried_because": exchange.retried_because,
        "error": exchange.error,
    }
    return {name: value for name, value in facts.items() if value is not None}
