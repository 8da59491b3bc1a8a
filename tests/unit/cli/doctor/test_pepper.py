"""What the doctor says of the secret that API keys are hashed with, and what a start does without it."""

from pathlib import Path

import pytest

from api.doctor import pepper
from config.settings import Settings
from engine.errors import SetupError
from engine.store.accounts import Accounts
from engine.store.database import Database
from engine.store.pepper import pepper_of


async def a_key(settings: Settings, *, revoked: bool = False) -> None:
    database = await Database.open(settings.database)
    try:
        accounts = Accounts(database, await pepper_of(database, settings.data_dir))
        key, _ = await accounts.create_key((await accounts.ensure("demo")).id)
        if revoked:
            await accounts.revoke(key.id)
    finally:
        await database.close()


async def test_one_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    (finding,) = await pepper.check(Settings(data_dir=tmp_path), None)

    assert (finding.ok, finding.detail) == (True, "it will be made at the first start")
    assert list(tmp_path.iterdir()) == []


async def test_one_that_is_there_is_well(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    await a_key(settings)

    (finding,) = await pepper.check(settings, None)

    assert finding.ok
    assert "backup" in finding.detail


async def test_one_that_is_gone_while_keys_need_it_is_a_fault_and_none_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    await a_key(settings)
    (tmp_path / "pepper").unlink()

    (finding,) = await pepper.check(settings, None)
    with pytest.raises(SetupError, match="is missing, and the database has API keys hashed with it"):
        await a_key(settings)

    assert not finding.ok
    assert not (tmp_path / "pepper").exists()


async def test_keys_that_are_revoked_need_none(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    await a_key(settings, revoked=True)
    (tmp_path / "pepper").unlink()

    await a_key(settings)

    assert (tmp_path / "pepper").exists()
