"""What the doctor says of the key that recordings are sealed with."""

from pathlib import Path

from api.doctor import master_key
from api.node.recordings import open_key_ring
from config.settings import Settings
from engine.store.account_keys import AccountKeys
from engine.store.accounts import Accounts
from engine.store.database import Database


async def a_sealed_account(settings: Settings) -> None:
    database = await Database.open(settings.database)
    try:
        account = await Accounts(database, b"pepper").ensure("demo")
        ring = await open_key_ring(settings, AccountKeys(database))
        await ring.new_key(account.id, "RE1")
    finally:
        await database.close()


async def test_one_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    (finding,) = await master_key.check(Settings(data_dir=tmp_path), None)

    assert (finding.ok, finding.detail) == (True, "it will be made at the first start")
    assert list(tmp_path.iterdir()) == []


async def test_one_that_is_there_is_named_and_not_shown(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    await a_sealed_account(settings)

    (finding,) = await master_key.check(settings, None)

    assert finding.ok
    assert finding.detail.startswith("local:")
    assert (tmp_path / "master.key").read_text().strip() not in finding.detail


async def test_one_that_is_gone_after_something_was_sealed_is_a_fault(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    await a_sealed_account(settings)
    (tmp_path / "master.key").unlink()

    (finding,) = await master_key.check(settings, None)

    assert not finding.ok
    assert "is not there" in finding.detail
    assert "TELEFOON_RECORDING_MASTER_KEY" in finding.advice


async def test_none_is_needed_where_nothing_is_sealed(tmp_path: Path) -> None:
    (finding,) = await master_key.check(Settings(data_dir=tmp_path, recording_encryption=False), None)

    assert (finding.ok, finding.detail) == (True, "recordings are not sealed")
