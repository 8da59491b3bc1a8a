"""The doctor looks at every trunk: rows, and tables of the settings file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.doctor import other_trunks
from config.settings import Settings
from engine.model.trunk import Trunk, new_trunk
from engine.security.secrets import load_pepper
from engine.store.database import Database
from engine.store.trunks import Trunks
from tests.peers.databases import migrated_sqlite
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer

REFUSING = {"REGISTER": "403 Forbidden"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, database_url=migrated_sqlite(tmp_path / "telefoon.db"), sip_host="127.0.0.1", trunks=[]
    )


@pytest.fixture
async def rows(settings: Settings) -> AsyncIterator[Trunks]:
    database = await Database.open(settings.database)
    yield Trunks(database, load_pepper(settings.data_dir))
    await database.close()


def a_trunk(name: str, port: int, **more: object) -> Trunk:
    return new_trunk({"name": name, "hosts": [f"127.0.0.1:{port}"], **more})


async def told(settings: Settings) -> dict[str, tuple[bool, str]]:
    return {each.subject: (each.ok, each.detail) for each in await other_trunks.check(settings, None)}


async def test_each_row_is_asked_and_one_that_is_away_is_a_fault(settings: Settings, rows: Trunks) -> None:
    async with sip_answerer(lambda _: "200 OK") as far_end:
        await rows.add(a_trunk("carrier-a", far_end.port))
        await rows.add(a_trunk("carrier-b", Ports().one(), transport="tcp"))
        await rows.add(a_trunk("carrier-c", 5060, enabled=False))

        found = await told(settings)

    assert found["Trunk carrier-a: options"][0]
    assert not found["Trunk carrier-b: connection"][0]
    assert found["Trunk carrier-c"] == (True, "is not enabled")


@pytest.mark.sip
async def test_a_row_that_may_not_register_is_a_fault_with_what_was_answered(settings: Settings, rows: Trunks) -> None:
    async with sip_answerer(lambda request: REFUSING.get(request.partition(" ")[0], "200 OK")) as far_end:
        await rows.add(a_trunk("carrier-a", far_end.port, auth="register", user="ann", password="pw"))

        found = await told(settings)

    ok, detail = found["Trunk carrier-a: registration"]
    assert (ok, "403 Forbidden" in detail) == (False, True)


async def test_a_table_of_the_settings_file_is_asked_and_a_wrong_one_is_told(settings: Settings) -> None:
    async with sip_answerer(lambda _: "200 OK") as far_end:
        table = {"name": "carrier-f", "hosts": [f"127.0.0.1:{far_end.port}"]}
        well = await told(settings.model_copy(update={"trunks": [table]}))
    wrong = await told(settings.model_copy(update={"trunks": [{**table, "srtp": "on"}]}))

    assert well["Trunk carrier-f: options"][0]
    assert "off, optional, required" in wrong["Trunks"][1]


async def test_without_a_database_there_are_no_rows(tmp_path: Path) -> None:
    assert await told(Settings(data_dir=tmp_path / "none")) == {}
