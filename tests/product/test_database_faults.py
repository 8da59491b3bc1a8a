"""The database takes no changes for a while, or is another: calls go on, new ones are refused, nothing is lost."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.crowd import CALLEE, Crowd, crowd
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER
from tests.peers.ports import Ports
from tests.peers.postgres import Postgres, required
from tests.peers.preloaded import ReadOnlyDatabase
from tests.peers.raw_caller import audio, raw_caller

pytestmark = [pytest.mark.sip, pytest.mark.slow, pytest.mark.costly("twenty recorded calls")]

LONG = 600
"""Seconds: they are hung up before."""
WELL = "answers"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with required() as server:
        yield server


async def half_ends_and_new_ones_are_refused(calls: Crowd, told: str) -> None:
    """While the database fails: half of the calls are hung up, and whoever wants to begin one is told to wait."""
    telefoon = calls.telefoon
    order = {"from": NUMBER, "to": CALLEE, "flow": "<Response/>"}
    status, _ = await telefoon.refuses("calls", order)
    assert status == 503
    async with raw_caller(telefoon.sip_port) as caller:
        assert (await caller.asks("INVITE", body=audio())).code == 503
    assert not (await telefoon.check_when("database", told))["ok"]
    calls.goes_on()
    for call_id in calls.ordered[::2]:
        async with telefoon.client.delete(f"calls/{call_id}"):
            pass
    await asyncio.sleep(2)


async def the_rest_ends_and_all_are_accounted_for(calls: Crowd) -> None:
    await calls.telefoon.check_when("database", WELL)
    await calls.hang_up(calls.ordered[1::2])
    await calls.is_accounted_for()


async def test_the_file_is_read_only(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    database = ReadOnlyDatabase(tmp_path / "var" / "telefoon.db")
    async with crowd(tmp_path, ports, shop, seconds=LONG, machine=database.environment) as calls:
        with database.read_only():
            await half_ends_and_new_ones_are_refused(calls, "The database did not do as asked")

        await the_rest_ends_and_all_are_accounted_for(calls)


async def test_the_file_is_replaced_and_put_back(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    file, kept, copy = (tmp_path / "var" / name for name in ("telefoon.db", "kept", "copy"))
    async with crowd(tmp_path, ports, shop, seconds=LONG) as calls:
        os.link(file, kept)
        shutil.copyfile(file, copy)
        copy.replace(file)
        await half_ends_and_new_ones_are_refused(calls, f"The file {file} is no longer the one")
        diagnosis = await calls.telefoon.diagnosis()
        kept.replace(file)

        await the_rest_ends_and_all_are_accounted_for(calls)

    assert "is no longer the one" in diagnosis["Database"]["detail"]
    assert "database_replaced" in calls.telefoon.log()


@pytest.mark.postgres
async def test_the_server_takes_no_changes(tmp_path: Path, ports: Ports, shop: Customer, postgres: Postgres) -> None:
    url = postgres.migrated_database()
    async with crowd(tmp_path, ports, shop, seconds=LONG, DATABASE_URL=url) as calls:
        with postgres.read_only(url):
            await half_ends_and_new_ones_are_refused(calls, "The database did not do as asked: cannot execute")

        await the_rest_ends_and_all_are_accounted_for(calls)


@pytest.mark.postgres
async def test_the_server_goes_away_and_another_has_its_copy(
    tmp_path: Path, ports: Ports, shop: Customer, postgres: Postgres
) -> None:
    url = postgres.migrated_database()
    async with crowd(tmp_path, ports, shop, seconds=LONG, DATABASE_URL=url) as calls:
        with postgres.away(url):
            calls.goes_on()
            assert not (await calls.telefoon.check_when("database", "The database did not do as asked"))["ok"]
            await asyncio.sleep(3)
            calls.goes_on()

        await calls.hang_up(calls.ordered[::2])
        await the_rest_ends_and_all_are_accounted_for(calls)
