"""A node that dies: others close its calls and send its callbacks, once; a name is one process's."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.peers import commands
from tests.peers.customer import Customer
from tests.peers.database_way import database_way
from tests.peers.databases import connected
from tests.peers.nodes import nodes
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import Platform
from tests.peers.ports import Ports
from tests.peers.standing_still import standing_still
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]

CALLEE = "+3225550199"
KNOWS_S = 12.0
"""After a lease's time a node knows of the other, and closes what that leaves."""
SLOW_S = 0.7
"""Each answer of the database takes so long: the test has as long between the 201 and what takes the order out."""
UNDER_WAY = (
    "SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE datname = current_database()"
    " AND state = 'active' AND wait_event = 'ClientRead' AND mode IN ('RowShareLock', 'RowExclusiveLock')"
)
"""How many tables there are in which sessions have locked rows that have begun a statement, and wait for its rest."""
SENT_WITHIN_S = 0.1
TRIES = 50
TALKS = "<Response><Pause length='120'/></Response>"


async def test_calls_of_a_node_that_was_killed_are_closed_by_another_and_told_of_once(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with (
        phone() as far_end,
        nodes(tmp_path, ports, database, settings={"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as (a, b),
    ):
        told = shop.url("/status")
        ordered = [(await a.place(CALLEE, flow=TALKS, status_callback=told))["id"] for _ in range(3)]
        for call_id in ordered:
            await a.call_when(call_id, "in-progress")
        await asyncio.sleep(2)

        await a.end(signal.SIGKILL)

        closed = [await b.ended_call(call_id, within_s=25) for call_id in ordered]
        await eventually(lambda: len(shop.ends()) >= 3, within_s=20, otherwise=lambda: str(shop.ends()))
        await asyncio.sleep(2)
        assert sorted(shop.ends()) == sorted(ordered)
        assert {each["status"] for each in closed} == {"failed"}
        assert all(1 <= each["duration"] <= 15 for each in closed), closed
        assert node_states(b) == {"a": "lost", "b": "serving"}


@asynccontextmanager
async def one_that_has_not_dialled(
    folder: Path, ports: Ports, database: str, shop: Customer
) -> AsyncIterator[tuple[PhonePeer, Platform, Platform, str, Callable[[], None]]]:
    """A phone, two nodes, and a call of the first that was answered 201 and whose INVITE has not left.

    The first node's database is slow, so that there is a while between the two, until the last of these is called.
    """
    async with phone() as far_end, database_way(folder / "way", database) as way:
        trunk = {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}
        async with nodes(folder, ports, database, settings=trunk, ways={"a": way.url}) as (a, b):
            await asyncio.sleep(KNOWS_S)
            with ExitStack() as slowly:
                slowly.enter_context(way.slow(SLOW_S))
                call_id = (await a.place(CALLEE, flow=TALKS, status_callback=shop.url("/status")))["id"]
                yield far_end, a, b, call_id, slowly.close


async def test_a_call_whose_node_is_killed_before_its_invite_is_placed_by_another(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with one_that_has_not_dialled(tmp_path, ports, database, shop) as (far_end, a, b, call_id, _):
        await a.end(signal.SIGKILL)
        assert rung(far_end) == 0

        await b.call_when(call_id, "in-progress", within_s=30)

        assert rung(far_end) == 1
        assert "order_handed_on" in [each["kind"] for each in await b.events(call_id)]


async def test_a_call_whose_node_is_killed_while_it_rings_is_failed_with_the_reason_and_dialled_by_nobody_else(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with (
        phone("--ring-forever") as far_end,
        nodes(tmp_path, ports, database, settings={"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as (a, b),
    ):
        call_id = (await a.place(CALLEE, flow=TALKS, status_callback=shop.url("/status")))["id"]
        await a.call_when(call_id, "ringing")

        await a.end(signal.SIGKILL)
        closed = await b.ended_call(call_id, within_s=40)
        await eventually(lambda: bool(shop.ends()), within_s=20, otherwise=lambda: str(shop.ends()))
        await asyncio.sleep(2)

        assert closed["status"] == "failed"
        assert shop.ends() == [call_id]
        assert [each["event"] for each in far_end.told].count("ringing") == 1
        assert "The process that carried it ended without closing it." in str(closed["explanation"])


@asynccontextmanager
async def standing_still_between_statements(pid: int, database: str) -> AsyncIterator[None]:
    """Inside, a node stands still that has asked the database nothing of which it has still to hear.

    The server ends a transaction of one that has only after 30 s, and its locks with it.
    """
    connection = await connected(database)
    try:
        for _ in range(TRIES):
            with standing_still(pid):
                await asyncio.sleep(SENT_WITHIN_S)
                if not await connection.fetchval(UNDER_WAY):
                    yield
                    return
            await asyncio.sleep(SENT_WITHIN_S)
    finally:
        await connection.close()
    raise AssertionError(f"the node never stood still between two statements in {TRIES} tries")


async def test_a_call_whose_node_stands_still_before_its_invite_is_placed_once(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with one_that_has_not_dialled(tmp_path, ports, database, shop) as (far_end, a, b, call_id, quick_again):
        async with standing_still_between_statements(a.pid, database):
            await b.call_when(call_id, "in-progress", within_s=30)
            quick_again()  # or all that it asks before its end takes seconds

        assert await a.ends_by_itself() == 75
        assert rung(far_end) == 1
        assert (await b.get(f"calls/{call_id}"))["status"] == "in-progress"
        assert shop.ends() == []


async def test_a_second_process_of_a_name_does_not_start_and_says_who_has_it(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    async with nodes(tmp_path, ports, database, ("a",)) as (a,):
        said = await asyncio.to_thread(commands.output_of, "serve", environment=a.environment)

    assert said.exit_code != 0
    assert "The name a is held by a node that has run since" in said.complained
    assert a.address in said.complained


async def test_a_node_that_was_killed_has_its_name_back_at_once(tmp_path: Path, ports: Ports, database: str) -> None:
    async with nodes(tmp_path, ports, database, ("a",)) as (a,):
        await a.end(signal.SIGKILL)

        await a.start()

        assert "name_is_held" not in a.log()


async def test_a_node_that_others_took_over_ends_its_calls_and_stops(
    tmp_path: Path, ports: Ports, shop: Customer, database: str
) -> None:
    async with (
        phone() as far_end,
        nodes(tmp_path, ports, database, settings={"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as (a, b),
    ):
        call_id = (await a.place(CALLEE, flow=TALKS, status_callback=shop.url("/status")))["id"]
        await a.call_when(call_id, "in-progress")

        with standing_still(a.pid):
            closed = await b.ended_call(call_id, within_s=25)

        assert await a.ends_by_itself() == 75
        await eventually(
            lambda: "hung_up" in {each["event"] for each in far_end.told},
            within_s=10,
            otherwise=lambda: str(far_end.told),
        )
        await eventually(lambda: bool(shop.ends()), within_s=20, otherwise=lambda: str(shop.ends()))
        await asyncio.sleep(1)
        assert await b.get(f"calls/{call_id}") == closed
        assert shop.ends() == [call_id]


def rung(far_end: PhonePeer) -> int:
    """How many calls have come to a phone."""
    return [each["event"] for each in far_end.told].count("answered")


def node_states(telefoon: Platform) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(telefoon.telefoon("nodes", "list", "--json"))}
