"""What tests of several nodes are handed: free ports, a customer's server, and one PostgreSQL for all nodes."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.peers.customer import Customer, customer
from tests.peers.ports import Ports
from tests.peers.postgres import Postgres, required


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
async def shop() -> AsyncIterator[Customer]:
    async with customer() as serving:
        yield serving


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with required() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The URL of a database with all tables and no rows."""
    url = postgres.migrated_database()
    yield url
    postgres.drop(url)
