"""A call's cookies: kept while it lives, sent where they came from, seen by no other call."""

from aiohttp import web as http

from engine.webhooks.client import WebhookClient
from tests.unit.webhooks.server import CustomerServer, a_call_of


async def baker(_: http.Request) -> http.Response:
    response = http.Response(text="<Response/>", content_type="text/xml")
    response.set_cookie("session", "s1")
    response.set_cookie("inner", "s2", path="/inner")
    return response


async def test_a_call_keeps_its_cookies(client: WebhookClient, customer: CustomerServer) -> None:
    call = a_call_of(client)
    await call.fetch_document(customer.handles("/start", baker), "POST", {})
    await call.fetch_document(customer.serves("/next", "<Response/>"), "POST", {})
    await call.request(customer.serves("/inner/status", ""), "POST", {})
    assert "Cookie" not in customer.asked[0].headers
    assert customer.asked[1].headers["Cookie"] == "session=s1"
    assert set(customer.asked[2].headers["Cookie"].split("; ")) == {"session=s1", "inner=s2"}


async def test_another_call_does_not_see_them(client: WebhookClient, customer: CustomerServer) -> None:
    url = customer.handles("/start", baker)
    await a_call_of(client, "CA1").fetch_document(url, "POST", {})
    await a_call_of(client, "CA2").fetch_document(url, "POST", {})
    assert "Cookie" not in customer.asked[1].headers


async def test_another_host_does_not_get_them(client: WebhookClient, customer: CustomerServer) -> None:
    call = a_call_of(client)
    await call.fetch_document(customer.handles("/start", baker), "POST", {})
    away = customer.serves("/next", "<Response/>").replace("127.0.0.1", "localhost")
    await call.fetch_document(customer.redirects("/away", away), "POST", {})
    assert "Cookie" in customer.asked[1].headers
    assert "Cookie" not in customer.asked[2].headers


async def test_a_cookie_of_a_redirect_is_sent_to_its_target(client: WebhookClient, customer: CustomerServer) -> None:
    async def login(_: http.Request) -> http.Response:
        response = http.Response(status=302, headers={"Location": "/in"})
        response.set_cookie("session", "s1")
        return response

    customer.serves("/in", "<Response/>")
    await a_call_of(client).fetch_document(customer.handles("/login", login), "POST", {})
    assert customer.asked[1].headers["Cookie"] == "session=s1"
