"""A database in memory is a real one, empty at each beginning, and fails where a test wants it to."""

import pytest

from engine.errors import StoreError
from engine.store.accounts import Accounts
from engine.testing.database import memory_database


async def test_each_is_empty() -> None:
    for _ in range(2):
        async with memory_database() as database:
            accounts = Accounts(database, b"pepper")
            assert await accounts.all() == []
            await accounts.ensure("demo")
            assert [account.name for account in await accounts.all()] == ["demo"]


async def test_it_fails_for_as_long_as_it_is_told_to() -> None:
    async with memory_database() as database:
        accounts = Accounts(database, b"pepper")
        database.failure = StoreError("The disk is full.")
        with pytest.raises(StoreError):
            await accounts.ensure("demo")
        with pytest.raises(StoreError):
            await accounts.all()

        database.failure = None

        assert (await accounts.ensure("demo")).name == "demo"
