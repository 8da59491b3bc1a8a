"""Queries of one task share a transaction of PostgreSQL, and are as good as each alone."""

import asyncio

import pytest
from sqlalchemy import Connection, text

from engine.store.accounts import Accounts
from engine.store.database import Database
from tests.peers.postgres import Postgres
from tests.unit.store.conftest import PEPPER

pytestmark = pytest.mark.postgres


def begun(connection: Connection) -> str:
    """When the transaction that asks has begun, which no other has at the same microsecond."""
    return str(connection.scalar(text("SELECT transaction_timestamp()::text")))


async def test_what_is_read_inside_shares_a_transaction(server: Database) -> None:
    async with server.together():
        inside = [await server.ask(begun) for _ in range(3)]
    outside = [await server.ask(begun) for _ in range(3)]

    assert len(set(inside)) == 1
    assert len({*inside, *outside}) == 4


async def test_a_change_inside_is_seen_by_what_is_read_after_it(server: Database) -> None:
    accounts = Accounts(server, PEPPER)
    async with server.together():
        before = await server.ask(begun)
        made = await accounts.ensure("demo")
        found = await accounts.all()
        after = await server.ask(begun)

    assert found == [made]
    assert before != after


async def test_what_others_commit_meanwhile_is_seen(server: Database) -> None:
    accounts = Accounts(server, PEPPER)
    async with server.together():
        assert await accounts.all() == []
        made = await asyncio.create_task(accounts.ensure("demo"))

        assert await accounts.all() == [made]


async def test_a_task_that_is_begun_inside_reads_by_itself(server: Database) -> None:
    async with server.together():
        mine = await server.ask(begun)
        others = await asyncio.create_task(server.ask(begun))

    assert mine != others


async def test_who_loses_the_connection_between_two_reads_reads_on(
    server: Database, postgres: Postgres, shared_url: str
) -> None:
    async with server.together():
        await server.ask(begun)
        await asyncio.to_thread(postgres.disconnect_all, shared_url)

        assert await server.ask(begun)
    async with server.together():
        await server.ask(begun)
        await asyncio.to_thread(postgres.disconnect_all, shared_url)


async def test_many_who_read_and_write_at_once_keep_no_connection_from_each_other(server: Database) -> None:
    accounts = Accounts(server, PEPPER)

    async def reads_and_writes(number: int) -> None:
        async with server.together():
            await server.ask(begun)
            await accounts.ensure(f"account-{number}")
            await server.ask(begun)

    async with asyncio.timeout(20):
        await asyncio.gather(*(reads_and_writes(number) for number in range(60)))

    assert len(await accounts.all()) == 60
