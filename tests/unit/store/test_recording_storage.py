"""The storage of recordings over a real folder, database and master key: written, closed, trimmed, salvaged, erased."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.aio.disk_threads import Disk
from engine.errors import RecordingError, SealBroken
from engine.model.accounts import Account
from engine.model.recording import Recording
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile
from engine.recordings.storage import RecordingStorage
from engine.store.account_keys import AccountKeys
from engine.store.database import Database
from tests.unit.store.samples import a_recording

RATE_HZ = 8000
LOUD = np.full(2 * RATE_HZ, 9000, np.int16).tobytes()
"""A second of two channels."""
QUIET = bytes(len(LOUD))

StorageMaker = Callable[[bool], RecordingStorage]


@pytest.fixture
async def storage_of(db: Database, tmp_path: Path) -> StorageMaker:
    master = MasterKeyFile(tmp_path / "master.key")
    await master.ensure()
    keys = KeyRing(master, AccountKeys(db))
    (tmp_path / "kept").mkdir()
    return lambda sealed: RecordingStorage(tmp_path / "kept", keys, sealed=sealed, disk=Disk())


async def begun(
    recording_storage: RecordingStorage, account: Account, *pieces: bytes, lead_s: float = 0.0
) -> Recording:
    """A recording of which so much was written when its process died."""
    row = await recording_storage.placed(a_recording(account.id, rate_hz=RATE_HZ, lead_s=lead_s))
    file = await recording_storage.new_file(row)
    for piece in pieces:
        file.append(piece)
    file.abandon()
    return row


async def closed(
    recording_storage: RecordingStorage, account: Account, *pieces: bytes, trim: bool = False
) -> Recording:
    row = await recording_storage.placed(a_recording(account.id, rate_hz=RATE_HZ))
    file = await recording_storage.new_file(row)
    for piece in pieces:
        file.append(piece)
    file.close()
    finished = await recording_storage.finished(row, trim=trim)
    return replace(row, seconds=finished.seconds, size_bytes=finished.size_bytes, sha256=finished.sha256)


async def samples(recording_storage: RecordingStorage, row: Recording) -> bytes:
    with await recording_storage.audio(row) as audio:
        return audio.read(0, audio.frames)


@pytest.mark.parametrize("sealed", [True, False])
async def test_silence_is_trimmed_and_what_is_left_is_as_it_was(
    storage_of: StorageMaker, account: Account, sealed: bool
) -> None:
    recording_storage = storage_of(sealed)

    row = await closed(recording_storage, account, QUIET, LOUD, QUIET, trim=True)

    margin = bytes(round(0.2 * RATE_HZ) * 4)
    assert row.seconds == 1.4
    assert await samples(recording_storage, row) == margin + LOUD + margin
    assert [each.name for each in recording_storage.folder.iterdir()] == [Path(row.path).name]


@pytest.mark.parametrize("sealed", [True, False])
async def test_what_a_dead_process_left_is_ended_with_its_lead_of_silence(
    storage_of: StorageMaker, account: Account, sealed: bool
) -> None:
    recording_storage = storage_of(sealed)
    row = await begun(recording_storage, account, LOUD, lead_s=0.5)
    Path(row.path).with_suffix(".part").write_bytes(b"half")

    file, was_closed = await recording_storage.salvaged(row)
    again, closed_now = await recording_storage.salvaged(row)

    assert (file.seconds, was_closed) == (1.5, False)
    assert (again, closed_now) == (file, True)
    assert await samples(recording_storage, replace(row, seconds=file.seconds)) == QUIET[: len(QUIET) // 2] + LOUD
    assert [each.name for each in recording_storage.folder.iterdir()] == [Path(row.path).name]


@pytest.mark.parametrize("sealed", [True, False])
async def test_where_nothing_was_written_nothing_is_left(
    storage_of: StorageMaker, account: Account, sealed: bool
) -> None:
    recording_storage = storage_of(sealed)
    row = await begun(recording_storage, account)

    for _ in range(2):
        with pytest.raises(RecordingError, match="Nothing of it had been written yet"):
            await recording_storage.salvaged(row)
    assert not list(recording_storage.folder.iterdir())


async def test_each_recording_is_read_as_it_was_written_whatever_is_set_now(
    storage_of: StorageMaker, account: Account
) -> None:
    plain, sealed = await closed(storage_of(False), account, LOUD), await closed(storage_of(True), account, LOUD)

    assert await samples(storage_of(True), plain) == await samples(storage_of(False), sealed) == LOUD
    assert LOUD[:400] not in Path(sealed.path).read_bytes()


async def test_files_and_keys_of_two_recordings_can_not_be_mixed(storage_of: StorageMaker, account: Account) -> None:
    recording_storage = storage_of(True)
    one, two = await closed(recording_storage, account, LOUD), await closed(recording_storage, account, LOUD)

    for mixed in (replace(one, wrapped_key=two.wrapped_key), replace(one, path=two.path), replace(one, seconds=2.0)):
        with pytest.raises(SealBroken):
            await recording_storage.audio(mixed)


async def test_an_erased_file_is_gone_and_erasing_it_again_is_fine(storage_of: StorageMaker, account: Account) -> None:
    recording_storage = storage_of(True)
    row = await closed(recording_storage, account, LOUD)

    await recording_storage.erase(row)
    await recording_storage.erase(row)

    assert not list(recording_storage.folder.iterdir())
    with pytest.raises(RecordingError, match="No such file"):
        await recording_storage.audio(row)
