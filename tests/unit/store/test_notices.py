"""What one node has committed, others look at: told by PostgreSQL, soon, seldom, and all over again after a gap."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from sqlalchemy import make_url

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.ban import BanReason, SourceBan
from engine.store.accounts import Accounts
from engine.store.bans import BanStore
from engine.store.calls import Calls
from engine.store.connections import both
from engine.store.database import Database
from engine.store.notice_sender import APART_S, payload, topics_of, wish, wishes_in
from engine.store.notice_wishes import WISH_S, NoticeWishes
from engine.store.notices import CHANNEL, NoticeBoard, Topic
from engine.store.postgresql import PostgresqlConnections
from tests.peers.databases import migrated_sqlite
from tests.peers.postgres import Postgres
from tests.peers.waiting import within
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import NOON, a_call, at

QUIET_S: Final = 0.3
"""In so long, what was committed would have been told."""


@asynccontextmanager
async def a_node(url: str) -> AsyncIterator[Database]:
    """A node's database, that hears what others tell."""
    async with hearing(await Database.open(url)) as database:
        yield database


@asynccontextmanager
async def hearing(database: Database) -> AsyncIterator[Database]:
    """Inside, it hears what others tell; it is closed then."""
    heard_first = database.notices.bell(Topic.QUEUES).next_ring  # all bells ring once it listens
    listening = asyncio.create_task(database.listen())
    try:
        async with within(10):
            await heard_first.wait()
        yield database
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await database.close()


@pytest.fixture
async def here(shared_url: str) -> AsyncIterator[Database]:
    async with a_node(shared_url) as node:
        yield node


@pytest.fixture
async def there(shared_url: str) -> AsyncIterator[Database]:
    async with a_node(shared_url) as node:
        yield node


@asynccontextmanager
async def heard(url: str) -> AsyncIterator[list[str]]:
    """The notices of a database, as somebody hears them who is no node."""
    told: list[str] = []
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))

    def hear(_connection: Any, _pid: int, _channel: str, text: str) -> None:
        told.append(text)

    await connection.add_listener(CHANNEL, hear)
    try:
        yield told
    finally:
        await connection.close()


async def a_stored_call(database: Database) -> str:
    account: Account = await Accounts(database, PEPPER).ensure("demo")
    call = a_call(account.id)
    await Calls(database).add(call)
    return call.id


def a_ban() -> SourceBan:
    return SourceBan(ip_network("198.51.100.7/32"), BanReason.INVITES, 1, NOON, at(60))


@pytest.mark.postgres
async def test_an_event_that_is_noted_on_one_node_rings_on_another(here: Database, there: Database) -> None:
    call = await a_stored_call(there)
    ring = here.notices.bell(Topic.EVENTS).next_ring

    await Calls(there).add_event(call, "digit", {"digit": "4"}, NOON)

    async with within(5):
        await ring.wait()


@pytest.mark.postgres
async def test_a_row_that_is_seldom_changed_rings_on_every_node_whoever_changed_it(
    here: Database, there: Database
) -> None:
    rings = [each.notices.bell(Topic.BANS).next_ring for each in (here, there)]

    await BanStore(there).put([a_ban()])

    async with within(5):
        for ring in rings:
            await ring.wait()


@pytest.mark.postgres
async def test_who_notes_an_event_is_not_told_of_it_again(here: Database) -> None:
    call = await a_stored_call(here)
    ring = here.notices.bell(Topic.EVENTS).next_ring

    await Calls(here).add_event(call, "digit", {"digit": "4"}, NOON)
    await asyncio.sleep(QUIET_S)

    assert not ring.is_set()


@pytest.mark.postgres
async def test_what_is_not_committed_is_not_told_nor_with_what_comes_next(here: Database, shared_url: str) -> None:
    call = await a_stored_call(here)

    def fails(_: object) -> None:
        raise StoreError("not that")

    async with heard(shared_url) as told:
        with pytest.raises(StoreError, match="not that"):
            await here.write(both(Calls(here).noting(call, "digit", {}, NOON), fails))
        for _ in range(20):  # one of these has its connection
            await here.ping()
            await here.write(lambda _: None)
        await asyncio.sleep(QUIET_S)

    assert told == []


@pytest.mark.postgres
async def test_many_commits_are_told_in_few_notices_and_the_last_of_them_is_told(
    here: Database, shared_url: str
) -> None:
    calls, call = Calls(here), await a_stored_call(here)
    began_s = asyncio.get_running_loop().time()
    async with heard(shared_url) as told:
        for number in range(300):
            await calls.add_event(call, "digit", {"digit": str(number)}, NOON)
        lasted_s = asyncio.get_running_loop().time() - began_s
        told_before = len(told)
        await calls.add_event(call, "digit", {"digit": "last"}, NOON)
        await asyncio.sleep(QUIET_S)

    assert told_before <= lasted_s / APART_S + 2
    assert len(told) > told_before


@pytest.mark.postgres
async def test_nobody_is_told_what_no_other_node_waits_for_and_who_waits_is_told_from_then_on(
    there: Database, shared_url: str
) -> None:
    now_s = 0.0
    board, wishes = NoticeBoard(), NoticeWishes(now_s=lambda: now_s)
    here = Database(PostgresqlConnections(make_url(shared_url), board, wishes=wishes), board)
    async with hearing(here), heard(shared_url) as told:
        calls, call = Calls(here), await a_stored_call(here)
        now_s = WISH_S
        await calls.add_event(call, "digit", {"digit": "4"}, NOON)
        await asyncio.sleep(QUIET_S)
        told_before = list(told)

        bell = there.notices.bell(Topic.EVENTS)
        with bell.attended():
            async with within(5):
                while not wishes.among({Topic.EVENTS}):
                    await asyncio.sleep(0.01)
            ring = bell.next_ring
            await calls.add_event(call, "digit", {"digit": "5"}, NOON)
            async with within(5):
                await ring.wait()

    assert told_before == []


@pytest.mark.postgres
async def test_a_node_that_was_cut_off_looks_at_everything_and_hears_again(
    here: Database, there: Database, postgres: Postgres, shared_url: str
) -> None:
    call = await a_stored_call(there)
    rings = [here.notices.bell(topic).next_ring for topic in Topic]

    await asyncio.to_thread(postgres.disconnect_all, shared_url)
    async with within(10):
        for ring in rings:
            await ring.wait()

    ring = here.notices.bell(Topic.EVENTS).next_ring
    await Calls(there).add_event(call, "digit", {"digit": "4"}, NOON)
    async with within(10):
        await ring.wait()


async def test_a_file_has_one_node_which_listens_to_nobody(tmp_path: Path) -> None:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    try:
        async with within(5):
            await database.listen()
    finally:
        await database.close()


def test_topics_of_a_newer_version_are_left_out_and_so_is_what_one_has_told_oneself() -> None:
    told = payload("node-b", [Topic.EVENTS, Topic.BANS]) + " of-next-year"

    assert topics_of(told, unless_of="node-a") == [Topic.BANS, Topic.EVENTS]
    assert topics_of(told, unless_of="node-b") == []


def test_a_wish_is_no_notice_and_a_notice_is_no_wish() -> None:
    said = wish("node-b", [Topic.EVENTS, Topic.BANS])

    assert wishes_in(said, unless_of="node-a") == [Topic.BANS, Topic.EVENTS]
    assert wishes_in(said, unless_of="node-b") == []
    assert topics_of(said, unless_of="node-a") == []
    assert wishes_in(payload("node-b", Topic), unless_of="node-a") == []


def test_others_may_wish_for_anything_until_they_are_heard_and_for_what_they_have_said_of_late_after_that() -> None:
    now_s = 0.0
    wishes = NoticeWishes(now_s=lambda: now_s)
    now_s = 1000
    assert wishes.among({Topic.EVENTS, Topic.BANS}) == {Topic.EVENTS, Topic.BANS}

    wishes.begin_to_hear()
    assert wishes.among({Topic.EVENTS}) == {Topic.EVENTS}, "one that stands may not have been said since"
    now_s += WISH_S - 1
    wishes.heard([Topic.EVENTS])
    now_s += 2
    assert wishes.among({Topic.EVENTS, Topic.BANS}) == {Topic.EVENTS}
    now_s += WISH_S - 2
    assert wishes.among({Topic.EVENTS}) == set()

    wishes.stop_hearing()
    assert wishes.among({Topic.EVENTS}) == {Topic.EVENTS}
