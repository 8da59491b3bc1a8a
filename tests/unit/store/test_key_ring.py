"""Keys in keys, over a real database and a real file: found again, exchanged, and never swapped."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import SealBroken, SetupError
from engine.model.accounts import Account
from engine.model.recording import Recording
from engine.model.wrapped_key import WrappedKey
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile, MasterKeyVariable
from engine.store.account_keys import AccountKeys
from engine.store.database import Database
from tests.unit.store.samples import a_recording


class Interrupted(Exception):
    """The process died here."""


class DiesAfter(MasterKeyFile):
    """Wraps so many keys, then the process dies."""

    def __init__(self, path: Path, wraps: int) -> None:
        super().__init__(path)
        self._left = wraps

    async def wrap(self, key: bytes, context: str) -> WrappedKey:
        if not self._left:
            raise Interrupted
        self._left -= 1
        return await super().wrap(key, context)


@pytest.fixture
async def master(tmp_path: Path) -> MasterKeyFile:
    master = MasterKeyFile(tmp_path / "master.key")
    await master.ensure()
    before = master.path.read_text()
    await master.ensure()
    assert master.path.read_text() == before, "the second time it is there"
    return master


@pytest.fixture
def rows(db: Database) -> AccountKeys:
    return AccountKeys(db)


async def a_sealed_recording(ring: KeyRing, account: Account) -> tuple[Recording, bytes]:
    recording = a_recording(account.id)
    made = await ring.new_key(account.id, recording.id)
    return replace(recording, wrapped_key=made.wrapped), made.key


def lines(master: MasterKeyFile) -> int:
    return len(master.path.read_text().split())


async def test_a_recordings_key_is_found_again_by_another_process(
    rows: AccountKeys, master: MasterKeyFile, account: Account
) -> None:
    recording, key = await a_sealed_recording(KeyRing(master, rows), account)

    assert await KeyRing(MasterKeyFile(master.path), rows).key_of(recording) == key
    assert master.path.stat().st_mode & 0o777 == 0o600


async def test_two_processes_that_begin_at_once_share_the_accounts_key(
    rows: AccountKeys, master: MasterKeyFile, account: Account
) -> None:
    one, other = KeyRing(master, rows), KeyRing(master, rows)
    first, key = await a_sealed_recording(one, account)
    await a_sealed_recording(other, account)

    assert await other.key_of(first) == key
    assert len(await rows.all()) == 1


async def test_swapped_and_erased_keys_are_refused(
    rows: AccountKeys, master: MasterKeyFile, account: Account, stranger: Account
) -> None:
    ring = KeyRing(master, rows)
    one, _ = await a_sealed_recording(ring, account)
    two, _ = await a_sealed_recording(ring, account)
    others, _ = await a_sealed_recording(ring, stranger)

    for wrong in (two.wrapped_key, others.wrapped_key):
        with pytest.raises(SealBroken, match=f"key of {one.id}"):
            await ring.key_of(replace(one, wrapped_key=wrong))
    with pytest.raises(SealBroken, match="erased"):
        await ring.key_of(replace(one, wrapped_key=None))


async def test_accounts_keys_that_were_swapped_in_the_database_are_refused(
    rows: AccountKeys, master: MasterKeyFile, account: Account, stranger: Account
) -> None:
    ring = KeyRing(master, rows)
    recording, _ = await a_sealed_recording(ring, account)
    await a_sealed_recording(ring, stranger)
    mine, theirs = await rows.get(account.id), await rows.get(stranger.id)
    assert mine is not None
    assert theirs is not None
    await rows.rewrap(mine, theirs.key)

    with pytest.raises(SealBroken, match=f"key of {account.id}"):
        await KeyRing(master, rows).key_of(recording)


async def test_an_exchange_wraps_the_accounts_keys_anew_and_forgets_the_old_master(
    rows: AccountKeys, master: MasterKeyFile, account: Account, stranger: Account
) -> None:
    ring = KeyRing(master, rows)
    recording, key = await a_sealed_recording(ring, account)
    await a_sealed_recording(ring, stranger)
    before = await master.current()

    assert await KeyRing(MasterKeyFile(master.path), rows).rotate_master() == 2

    assert await master.current() != before
    assert {row.master for row in await rows.all()} == {await master.current()}
    assert lines(master) == 1
    assert await KeyRing(master, rows).key_of(recording) == key
    assert await ring.key_of(recording) == key, "also for one that served meanwhile"


@pytest.mark.parametrize("wraps", [0, 1])
async def test_an_exchange_that_was_broken_off_leaves_all_readable_and_is_completed_by_the_next(
    rows: AccountKeys, master: MasterKeyFile, account: Account, stranger: Account, wraps: int
) -> None:
    ring = KeyRing(master, rows)
    sealed = [await a_sealed_recording(ring, each) for each in (account, stranger)]
    with pytest.raises(Interrupted):
        await KeyRing(DiesAfter(master.path, wraps), rows).rotate_master()
    assert lines(master) == 2
    for recording, key in sealed:
        assert await KeyRing(master, rows).key_of(recording) == key

    assert await KeyRing(master, rows).rotate_master() == 2 - wraps

    assert lines(master) == 1
    for recording, key in sealed:
        assert await KeyRing(master, rows).key_of(recording) == key


async def test_a_key_may_move_from_its_file_to_the_environment(
    rows: AccountKeys, master: MasterKeyFile, account: Account
) -> None:
    recording, key = await a_sealed_recording(KeyRing(master, rows), account)
    environment = {"MASTER": master.path.read_text().strip()}
    moved = MasterKeyVariable("MASTER", environment)

    assert await KeyRing(moved, rows).key_of(recording) == key
    with pytest.raises(SetupError, match="openssl rand"):
        await KeyRing(moved, rows).rotate_master()
    environment["MASTER"] = f"{'ab' * 32} {environment['MASTER']}"
    assert await KeyRing(moved, rows).rotate_master() == 1
    environment["MASTER"] = "ab" * 32
    assert await KeyRing(moved, rows).key_of(recording) == key


async def test_a_master_key_that_is_not_there_is_told_without_showing_any(
    rows: AccountKeys, master: MasterKeyFile, account: Account, tmp_path: Path
) -> None:
    recording, _ = await a_sealed_recording(KeyRing(master, rows), account)
    other = MasterKeyFile(tmp_path / "other.key")
    await other.ensure()

    with pytest.raises(SetupError, match="which is not in") as told:
        await KeyRing(other, rows).key_of(recording)
    assert master.path.read_text().strip() not in str(told.value)
    with pytest.raises(SetupError, match="restore it"):
        await MasterKeyFile(tmp_path / "none").current()
    with pytest.raises(SetupError, match="not set"):
        await MasterKeyVariable("NONE", {}).current()
    with pytest.raises(SetupError, match="64 hexadecimal"):
        await MasterKeyVariable("SHORT", {"SHORT": "abc"}).current()
    master.path.chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        await master.current()
