"""An upgrade node by node: the release before this one goes on working on the tables that this one has migrated."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers import commands
from tests.peers.account import key_of_account
from tests.peers.customer import Customer
from tests.peers.nodes import another_node
from tests.peers.older_release import OlderRelease, older_release
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, NUMBER, Platform, settled
from tests.peers.ports import Ports
from tests.peers.postgres import Postgres
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres, pytest.mark.slow]

CALLEE = "+3225550199"
SHORT = "<Response><Pause length='1'/></Response>"
TALKS = "<Response><Pause length='600'/></Response>"
LATE = "/late"


@pytest.fixture(scope="module")
def before() -> OlderRelease:
    return older_release()


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """The URL of a database without tables."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


async def test_nodes_are_upgraded_one_after_the_other_while_calls_go_on(
    tmp_path: Path, ports: Ports, shop: Customer, empty: str, before: OlderRelease
) -> None:
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "DATABASE_URL": empty}
        a = await asyncio.to_thread(node_of, before, tmp_path / "a", ports, {**settings, "NODE": "a"})
        b = another_node(a, tmp_path / "b", ports, settings, "b")
        try:
            await a.start()
            running = await a.place(CALLEE, flow=TALKS, status_callback=shop.url("/status"))
            await a.call_when(running["id"], "in-progress")

            await b.start()  # which migrates, under the call

            told = [await ended(a, shop.url("/status")), await ended(b, shop.url("/status"))]
            assert await ids(a) == await ids(b) == {running["id"], *told}
            await a.delete(f"calls/{running['id']}")
            assert (await b.ended_call(running["id"]))["status"] == "completed"
            if before.reads_newer_tables:
                await a.end()
                await a.start()
                told.append(await ended(a, shop.url("/status")))

            shop.failing.add(LATE)
            late = await ended(a, shop.url(LATE))
            await a.end()
            a.program = commands.TELEFOON
            shop.failing.clear()
            shop.asked.clear()
            await a.start()

            assert late in {each["CallSid"] for each in await shop.is_asked(LATE, within_s=60)}
            again = [await ended(each, shop.url("/status")) for each in (a, b)]
            await eventually(
                lambda: {*again} <= ends(shop), within_s=20, otherwise=lambda: f"{again} not in {shop.asked}"
            )
            assert await ids(a) == await ids(b) == {running["id"], late, *told, *again}
        finally:
            await a.end()
            await b.end()


def node_of(release: OlderRelease, folder: Path, ports: Ports, settings: dict[str, str]) -> Platform:
    """A node of another release, which has made its tables, an account, its key and its number."""
    folder.mkdir()
    made = settled(folder, ports, settings)
    made.program = release.program
    made.key = key_of_account(made.telefoon, ACCOUNT, None)
    made.telefoon("numbers", "add", NUMBER, "--account", ACCOUNT)
    return made


async def ended(telefoon: Platform, callback: str) -> str:
    """A call of a second that has been placed, answered and ended."""
    placed: dict[str, Any] = await telefoon.place(CALLEE, flow=SHORT, status_callback=callback)
    call = await telefoon.ended_call(placed["id"])
    assert call["status"] == "completed", call
    return str(call["id"])


async def ids(telefoon: Platform) -> set[str]:
    return {each["id"] for each in (await telefoon.get("calls"))["calls"]}


def ends(shop: Customer) -> set[str]:
    """The calls of which the end was told."""
    return {form["CallSid"] for form in shop.forms("/status") if form["CallStatus"] == "completed"}
