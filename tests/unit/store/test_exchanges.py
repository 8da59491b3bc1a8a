"""The ledger of webhooks, stored."""

from dataclasses import replace

from engine.ids import IdKind, new_id
from engine.model.accounts import Account
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from engine.store.calls import Calls
from engine.store.exchanges import Exchanges
from tests.unit.store.samples import a_call, at


def an_exchange(account_id: str, call_id: str | None, seconds: float = 0) -> WebhookExchange:
    return WebhookExchange(
        id=new_id(IdKind.EXCHANGE), request_id=new_id(IdKind.REQUEST), account_id=account_id, call_id=call_id,
        kind=ExchangeKind.DOCUMENT, at=at(seconds), method="POST", url="https://customer.example/é", form={"a": "☎"},
        format=BodyFormat.JSON, attempt=2, latency_ms=12, status=503, error="was answered with 503",
        retried_because="5xx", answer="<html>é",
    )  # fmt: skip


async def test_what_was_noted_is_read_in_order(exchanges: Exchanges, calls: Calls, account: Account) -> None:
    call, other = a_call(account.id), a_call(account.id)
    await calls.add(call)
    await calls.add(other)
    later, first = an_exchange(account.id, call.id, 2), an_exchange(account.id, call.id, 1)
    await exchanges.add([later, first, an_exchange(account.id, other.id), an_exchange(account.id, None)])
    assert await exchanges.of_call(call.id) == ([first, later], 2)
    assert await exchanges.of_call(call.id, page=2, page_size=1) == ([later], 2)


async def test_one_is_found_by_its_id(exchanges: Exchanges, account: Account) -> None:
    silent = replace(an_exchange(account.id, None), status=None, error=None, retried_because=None)
    await exchanges.add([silent])
    assert await exchanges.get(silent.id) == silent
    assert await exchanges.get("WH-unknown") is None


async def test_nothing_to_note_is_nothing(exchanges: Exchanges) -> None:
    await exchanges.add([])
