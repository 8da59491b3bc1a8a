"""Sends a request of the ledger again, signed anew."""

from dataclasses import dataclass

from yarl import URL

from engine.errors import Refused
from engine.model.webhook_exchange import ExchangeKind, Note, Owner, WebhookExchange
from engine.privacy.masking import HIDDEN_VALUE
from engine.webhooks.call_web import DOCUMENT_LIMIT_BYTES
from engine.webhooks.incoming import Incoming
from engine.webhooks.outbound_request import OutboundRequest, Sends
from engine.webhooks.policy import WebhookPolicy
from engine.webhooks.request import WebRequest


@dataclass(frozen=True, slots=True)
class ReplayedAnswer:
    """A customer's server's answer to a request that was made again, whatever it is."""

    status: int
    text: str


async def replay(exchange: WebhookExchange, sender: Sends, policy: WebhookPolicy, note: Note) -> ReplayedAnswer:
    """Send it again with the same webhook-id, so that a server knows it. Raises Refused, WebhookError.

    The ledger knows no user and password of a URL, so they are not sent.
    """
    if HIDDEN_VALUE in exchange.url or HIDDEN_VALUE in exchange.form.values():
        raise Refused(
            f"{exchange.id} had values that are kept from the ledger, so it can't be sent again. "
            "With TELEFOON_KEEP_WEBHOOK_BODIES it keeps all but secrets."
        )
    if exchange.kind is ExchangeKind.MEDIA:
        raise Refused(f"{exchange.id} was the download of a file; there is nothing to send again.")

    async def read(incoming: Incoming) -> ReplayedAnswer:
        body = b"".join([chunk async for chunk in incoming.chunks(DOCUMENT_LIMIT_BYTES)])
        return ReplayedAnswer(incoming.status, body.decode(errors="replace"))

    request = WebRequest(exchange.method, URL(exchange.url, encoded=True), exchange.form, exchange.format)
    owner = Owner(exchange.account_id, exchange.call_id)
    return await sender.send(
        OutboundRequest(request, owner, exchange.kind, policy, read, exchange.request_id, note=note)
    )
