from collections.abc import AsyncIterator

import pytest

from tests.peers.customer import Customer, customer
from tests.peers.ports import Ports


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
async def shop() -> AsyncIterator[Customer]:
    async with customer() as serving:
        yield serving
