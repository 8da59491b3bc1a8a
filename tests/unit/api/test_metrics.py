"""Who may read /metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from api.http.problems import problems
from api.http.request_limits import RequestLimits
from api.node.metrics import add_metrics
from config.settings import MetricsAccess
from engine.model.accounts import Scope
from tests.unit.api.conftest import Site


async def read(_: web.Request) -> str:
    return "telefoon_calls_live 0\n"


@asynccontextmanager
async def metrics(site: Site, access: MetricsAccess) -> AsyncIterator[str]:
    """Where they are, of a node with this setting."""
    app = web.Application(middlewares=[problems])
    add_metrics(app, read, access, site.services.stores.accounts, RequestLimits())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/metrics"
    finally:
        await runner.cleanup()


async def test_a_program_on_this_machine_reads_them_without_a_key(site: Site) -> None:
    async with metrics(site, MetricsAccess.LOOPBACK) as url, site.client.get(url) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert await response.text() == "telefoon_calls_live 0\n"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_a_proxy_on_this_machine_passes_them_to_nobody(site: Site, header: str) -> None:
    async with (
        metrics(site, MetricsAccess.LOOPBACK) as url,
        site.client.get(url, headers={header: "203.0.113.9"}) as response,
    ):
        assert response.status == 403


@pytest.mark.parametrize(("scope", "status"), [(Scope.METRICS, 200), (Scope.CALLS, 403), (None, 401)])
async def test_where_a_key_is_asked_for_it_must_be_one_for_metrics(
    site: Site, scope: Scope | None, status: int
) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    headers = {}
    if scope is not None:
        _, headers["X-API-Key"] = await site.services.stores.accounts.create_key(account.id, frozenset({scope}))

    async with metrics(site, MetricsAccess.KEY) as url, site.client.get(url, headers=headers) as response:
        assert response.status == status


async def test_a_key_for_metrics_opens_no_account(site: Site) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.METRICS}))

    assert (await site.request("GET", "calls"))[0] == 403


async def test_switched_off_there_are_none(site: Site) -> None:
    async with metrics(site, MetricsAccess.OFF) as url, site.client.get(url) as response:
        assert response.status == 404
