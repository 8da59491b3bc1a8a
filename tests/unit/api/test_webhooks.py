"""GET /calls/{id}/webhooks."""

from engine.ids import IdKind, new_id
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from tests.unit.api.conftest import NUMBER, TO, Site
from tests.unit.store.samples import at


async def test_a_calls_webhooks_are_listed_page_by_page(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})
    stored = await site.services.stores.calls.get(call["id"])
    assert stored is not None
    lines = [
        WebhookExchange(
            id=new_id(IdKind.EXCHANGE), request_id="RQ1", account_id=stored.account_id, call_id=stored.id,
            kind=ExchangeKind.DOCUMENT, at=at(attempt), method="POST", url="https://customer.example/flow",
            form={"Digits": "1"}, format=BodyFormat.FORM, attempt=attempt, latency_ms=5, status=status,
            retried_because=because, answer="<Response/>",
        )
        for attempt, status, because in ((1, 503, None), (2, 200, "5xx"))
    ]  # fmt: skip
    await site.services.stores.exchanges.add(lines)

    status, body, _ = await site.request("GET", f"calls/{call['id']}/webhooks", params={"page": 2, "page_size": 1})

    assert (status, body["total"]) == (200, 2)
    [webhook] = body["webhooks"]
    assert webhook == {
        "id": lines[1].id, "request_id": "RQ1", "call_id": stored.id, "kind": "document",
        "at": "2026-11-23T12:00:02.123Z", "method": "POST", "url": "https://customer.example/flow",
        "params": {"Digits": "1"}, "format": "form", "attempt": 2, "latency_ms": 5, "status": 200,
        "retried_because": "5xx", "answer": "<Response/>",
    }  # fmt: skip
