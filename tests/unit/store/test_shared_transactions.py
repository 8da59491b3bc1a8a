"""Changes that are asked for at the same time share a transaction of PostgreSQL, and none suffers for another."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection, text

from engine.aio.signal import Signal
from engine.errors import NodeFenced, StoreError
from engine.store.database import GATHER_S, Database
from engine.store.fence import Fence, move_fence
from tests.peers.waiting import within

pytestmark = pytest.mark.postgres


def transaction(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT pg_current_xact_id()::text")) or 0)


@dataclass(frozen=True)
class NotedFence(Fence):
    """One that notes in which transactions it was asked."""

    asked: list[int] = field(default_factory=list)

    def require(self, connection: Connection) -> None:
        self.asked.append(transaction(connection))
        super().require(connection)


def fails(connection: Connection) -> int:
    raise StoreError(f"not after {transaction(connection)}")


async def test_what_is_asked_for_in_one_turn_shares_a_transaction(server: Database) -> None:
    numbers = await asyncio.gather(*(server.write(transaction) for _ in range(10)))

    assert len(set(numbers)) == 1


async def test_changes_that_share_a_transaction_ask_once_whether_their_node_may_write(server: Database) -> None:
    await server.write(lambda connection: move_fence(connection, "a", "run"))
    fence = NotedFence("a", "run", Signal())
    server.fence_by(fence)

    numbers = await asyncio.gather(*(server.write(transaction) for _ in range(10)))

    assert fence.asked == [numbers[0]]
    await server.write(lambda connection: move_fence(connection, "a", "another run"))
    fenced = await asyncio.gather(*(server.write(transaction) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in fenced] == [NodeFenced] * 3


async def test_who_waits_for_others_joins_the_next_that_begins(server: Database) -> None:
    waiting = [asyncio.create_task(server.write_with_others(transaction, within_s=20)) for _ in range(3)]
    await asyncio.sleep(2 * GATHER_S)
    assert not any(each.done() for each in waiting)

    async with within(10):
        number = await server.write(transaction)
        joined = await asyncio.gather(*waiting)

    assert joined == [number] * 3


async def test_nobody_waits_for_others_for_longer_than_he_will(server: Database) -> None:
    async with within(10):
        assert await server.write_with_others(transaction) > 0


async def test_one_that_fails_is_rolled_back_alone(server: Database) -> None:
    outcomes = await asyncio.gather(
        server.write(transaction), server.write(fails), server.write(transaction), return_exceptions=True
    )

    assert isinstance(outcomes[1], StoreError)
    assert isinstance(outcomes[0], int)
    assert isinstance(outcomes[2], int)


async def test_a_transaction_that_takes_long_keeps_no_other_waiting(server: Database) -> None:
    slow = asyncio.create_task(server.change(text("SELECT pg_sleep(1.5)")))
    await asyncio.sleep(GATHER_S)

    await server.write(transaction)

    assert not slow.done()
    await slow


async def test_who_gives_up_takes_nothing_from_those_who_share_with_him(server: Database) -> None:
    invited = Signal()
    with suppress(TimeoutError):
        async with asyncio.timeout(0):
            await server.invitation(invited)
    gives_up = asyncio.create_task(server.write(transaction))
    stays = asyncio.create_task(server.write(transaction))
    await asyncio.sleep(0)
    gives_up.cancel()

    assert await stays > 0
    with pytest.raises(asyncio.CancelledError):
        await gives_up


async def test_what_was_asked_for_is_stored_before_the_end(shared_url: str) -> None:
    database = await Database.open(shared_url)
    writing = asyncio.create_task(database.write(transaction))
    await asyncio.sleep(0)

    await database.close()

    assert await writing > 0
