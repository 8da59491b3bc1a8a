"""A customer's server and a client that may reach it."""

from collections.abc import AsyncIterator
from ipaddress import IPv4Network

import pytest
import pytest_asyncio

from engine.model.webhook_exchange import WebhookExchange
from engine.webhooks.call_web import CallWeb
from engine.webhooks.client import WebhookClient
from tests.unit.webhooks.server import CustomerServer, a_call_of, customer_server


@pytest_asyncio.fixture
async def customer() -> AsyncIterator[CustomerServer]:
    async with customer_server() as server:
        yield server


@pytest_asyncio.fixture
async def web(client: WebhookClient) -> CallWeb:
    """What one call asks with."""
    return a_call_of(client)


@pytest.fixture
def exchanges() -> list[WebhookExchange]:
    """What the client has written down."""
    return []


@pytest_asyncio.fixture
async def client(exchanges: list[WebhookExchange]) -> AsyncIterator[WebhookClient]:
    """Loopback is allowed, as a developer's own machine would have it."""
    made = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.0/8")], note=exchanges.append)
    await made.start()
    try:
        yield made
    finally:
        await made.close()
