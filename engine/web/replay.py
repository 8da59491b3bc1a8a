"""Sends a request of the ledger again, signed anew."""

from dataclasses import dataclass

from yarl import URL

from engine.errors import Refused
from engine.web.call_web import DOCUMENT_LIMIT_BYTES, Sends
from engine.web.exchange import Exchange, ExchangeKind, Note, Owner
from engine.web.incoming import Incoming
from engine.web.policy import Policy
from engine.web.request import MASK, WebRequest
from engine.web.sender import Errand


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said, whatever it is."""

    status: int
    text: str


async def replay(exchange: Exchange, sender: Sends, policy: Policy, note: Note) -> Answer:
    """With the same webhook-id, so that a server can tell that it is the same. Raises Refused, WebhookError.

    The ledger knows no user and password of a URL, so they are not sent.
    """
    if MASK in exchange.url or MASK in exchange.form.values():
        raise Refused(
            f"{exchange.id} had values that are kept from the ledger, so it can't be sent again. "
            "With TELEFOON_KEEP_WEBHOOK_BODIES it keeps all but secrets."
        )
    if exchange.kind is ExchangeKind.MEDIA:
        raise Refused(f"{exchange.id} was the download of a file; there is nothing to send again.")

    async def read(incoming: Incoming) -> Answer:
        body = b"".join([chunk async for chunk in incoming.chunks(DOCUMENT_LIMIT_BYTES)])
        return Answer(incoming.status, body.decode(errors="replace"))

    request = WebRequest(exchange.method, URL(exchange.url, encoded=True), exchange.form, exchange.format)
    owner = Owner(exchange.account_id, exchange.call_id)
    return await sender.send(Errand(request, owner, exchange.kind, policy, read, exchange.request_id, note=note))
