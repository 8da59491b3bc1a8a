"""A call's requests to the customer's server, and its notifications, of which there are none."""

from datetime import timedelta

from engine.ids import IdKind, new_id
from engine.model.callback import BodyFormat
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from tests.unit.api.conftest import NUMBER, TO
from tests.unit.api.v2010.conftest import Program
from tests.unit.api.v2010.test_calls import NOON, ORDER


def exchange(account_id: str, call_id: str, second: int, **more: object) -> WebhookExchange:
    given: dict[str, object] = {
        "id": new_id(IdKind.EXCHANGE), "request_id": new_id(IdKind.REQUEST), "account_id": account_id,
        "call_id": call_id, "kind": ExchangeKind.DOCUMENT, "at": NOON + timedelta(seconds=second), "method": "POST",
        "url": "https://shop.example/flow", "form": {"CallSid": call_id, "From": NUMBER, "ApiVersion": "2010-04-01"},
        "format": BodyFormat.FORM, "attempt": 1, "latency_ms": 12, "status": 200, "answer": "<Response/>", **more,
    }  # fmt: skip
    return WebhookExchange(**given)  # type: ignore[arg-type]


async def test_what_the_customer_was_asked_on_a_call_is_told_in_order(program: Program) -> None:
    _, call = await program.post("Calls", ORDER)
    asked = [
        exchange(program.account.id, call["sid"], 0),
        exchange(program.account.id, call["sid"], 1, method="GET", status=None, answer="", error="refused"),
    ]
    await program.site.services.stores.exchanges.add(asked)

    status, page = await program.get(f"Calls/{call['sid']}/Events")

    assert status == 200
    first, second = page["events"]
    assert first == {
        "request": {
            "url": "https://shop.example/flow",
            "method": "POST",
            "parameters": {"call_sid": call["sid"], "from": NUMBER, "api_version": "2010-04-01"},
        },
        "response": {
            "response_code": 200,
            "request_duration": 12,
            "content_type": None,
            "date_created": "Mon, 30 Nov 2026 12:00:00 +0000",
            "response_body": "<Response/>",
        },
    }
    assert (second["request"]["method"], second["response"]["response_code"]) == ("GET", None)


async def test_they_are_paged_through(program: Program) -> None:
    _, call = await program.post("Calls", ORDER)
    asked = [exchange(program.account.id, call["sid"], second) for second in range(5)]
    await program.site.services.stores.exchanges.add(asked)

    seen: list[str] = []
    place: str | None = f"{program.place('Calls')}/{call['sid']}/Events.json?PageSize=2"
    while place is not None:
        _, page = await program.ask("GET", place)
        seen += [each["response"]["date_created"] for each in page["events"]]
        place = page["next_page_uri"]

    assert seen == [f"Mon, 30 Nov 2026 12:00:0{second} +0000" for second in range(5)]


async def test_there_are_no_notifications(program: Program) -> None:
    _, call = await program.post("Calls", ORDER)

    for path in ("Notifications", f"Calls/{call['sid']}/Notifications"):
        status, page = await program.get(path, **{"Log": "0", "MessageDate>": "2026-11-30"})
        assert (status, page["notifications"], page["next_page_uri"]) == (200, [], None)
        status, error = await program.get(f"{path}/NO{'0' * 32}")
        assert (status, error["code"]) == (404, 20404)


async def test_another_accounts_call_has_neither(program: Program) -> None:
    other = await program.site.services.stores.accounts.ensure("other")
    _, call = await program.post("Calls", {**ORDER, "To": TO})
    _, program.secret = await program.site.services.stores.accounts.create_key(other.id)
    program.account, program.user = other, other.id

    for noun in ("Events", "Notifications"):
        status, error = await program.get(f"Calls/{call['sid']}/{noun}")
        assert (status, error["code"]) == (404, 20404)
