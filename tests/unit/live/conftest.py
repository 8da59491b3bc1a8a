"""Tests of live calls run on simulated time; `node` is an engine without a telephone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from engine.testing.clock import SkippingLoop
from engine.testing.database import MemoryDatabase, memory_database
from engine.testing.node import FakeNode, fake_node
from tests.unit.live.words import DONE, GOODBYE


class _Loop(SkippingLoop):
    """Never in asyncio's debug mode, in which the database's many small steps cost three times as much."""

    def set_debug(self, enabled: bool) -> None:
        super().set_debug(False)


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"simulated": _Loop}


@pytest.fixture
async def database() -> AsyncIterator[MemoryDatabase]:
    async with memory_database() as opened:
        yield opened


@pytest.fixture(scope="session")
def recordings_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the nodes of all tests: most of them record nothing, and ids tell apart what the others record."""
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture
async def node(database: MemoryDatabase, recordings_of_all: Path) -> AsyncIterator[FakeNode]:
    """At its end, of calls that are over nothing is left on the bridge."""
    async with fake_node(database, recordings_of_all) as opened:
        opened.around.customer.documents[DONE] = GOODBYE
        yield opened
        if not opened.switchboard.live_calls:
            await opened.settles()
            assert opened.around.bridge.in_use == []
