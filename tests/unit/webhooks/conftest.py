"""A customer's server and a client that may reach it."""

from collections.abc import AsyncIterator
from ipaddress import IPv4Network

import pytest_asyncio

from engine.webhooks import WebhookClient
from tests.unit.webhooks.server import CustomerServer, customer_server


@pytest_asyncio.fixture
async def customer() -> AsyncIterator[CustomerServer]:
    async with customer_server() as server:
        yield server


@pytest_asyncio.fixture
async def web() -> AsyncIterator[WebhookClient]:
    """Loopback is allowed, as a developer's own machine would have it."""
    client = WebhookClient(timeout_s=5, allow=[IPv4Network("127.0.0.0/8")])
    await client.start()
    try:
        yield client
    finally:
        await client.close()
