"""Who a request is from, where proxies stand before the node."""

from ipaddress import ip_address, ip_network

import pytest
from aiohttp import ClientSession, web
from hypothesis import given
from hypothesis import strategies as st

from api.http.client_address import TRUSTED_PROXIES, behind_proxies, client_address

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]
NEAREST = ip_address("10.0.0.1")


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ([], "10.0.0.1"),
        (["192.0.2.7"], "192.0.2.7"),
        (["192.0.2.7:4711"], "192.0.2.7"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["::ffff:192.0.2.7"], "192.0.2.7"),
        (["198.51.100.1", "192.0.2.7"], "192.0.2.7"),
        (["192.0.2.7", "10.0.0.2"], "192.0.2.7"),
        (["192.0.2.7", "2001:db8:1::5"], "192.0.2.7"),
        (["192.0.2.7", "unknown"], "10.0.0.1"),
        (["_hidden"], "10.0.0.1"),
        ([""], "10.0.0.1"),
    ],
)
def test_it_is_whom_the_last_trusted_proxy_asks_for(forwarded: list[str], client: str) -> None:
    assert str(behind_proxies(NEAREST, forwarded, PROXIES)) == client


@given(st.lists(st.text(max_size=40)))
def test_whoever_is_no_trusted_proxy_says_nothing_of_itself(forwarded: list[str]) -> None:
    stranger = ip_address("192.0.2.9")

    assert behind_proxies(stranger, forwarded, PROXIES) == stranger


@given(st.lists(st.text(max_size=40)))
def test_what_was_written_before_the_last_proxy_changes_nothing(made_up: list[str]) -> None:
    assert behind_proxies(NEAREST, [*made_up, "192.0.2.7"], PROXIES) == ip_address("192.0.2.7")


@pytest.mark.parametrize(
    ("trusted", "headers", "client"),
    [
        (["127.0.0.0/8"], {"X-Forwarded-For": "198.51.100.1, 192.0.2.7"}, "192.0.2.7"),
        (["127.0.0.0/8"], {"Forwarded": 'for="[2001:db8::7]:4711";proto=https'}, "2001:db8::7"),
        (["127.0.0.0/8"], {}, "127.0.0.1"),
        ([], {"X-Forwarded-For": "192.0.2.7"}, "127.0.0.1"),
        (["10.0.0.0/8"], {"X-Forwarded-For": "192.0.2.7"}, "127.0.0.1"),
    ],
)
async def test_a_server_believes_those_headers_of_trusted_proxies_alone(
    trusted: list[str], headers: dict[str, str], client: str
) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.Response(text=str(client_address(request)))

    app = web.Application()
    app[TRUSTED_PROXIES] = tuple(ip_network(each) for each in trusted)
    app.router.add_get("/", tell)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with ClientSession() as asking, asking.get(url, headers=headers) as answer:
            assert await answer.text() == client
    finally:
        await runner.cleanup()
