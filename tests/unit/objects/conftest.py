"""A storage with closed recordings, a database, a real S3 server, and what carries the one to the other."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from api.node.clock import SystemClock
from engine.aio.disk_threads import Disk
from engine.model.accounts import Account
from engine.model.recording import Recording, RecordingStatus
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile
from engine.recordings.object_storage.mover import Mover
from engine.recordings.object_storage.removal import Removal
from engine.recordings.object_storage.store import ObjectStore, StoreOptions
from engine.recordings.storage import RecordingStorage
from engine.store.account_keys import AccountKeys
from engine.store.accounts import Accounts
from engine.store.database import Database
from engine.store.moves import Moves
from engine.store.recordings import Recordings
from tests.peers.databases import migrated_sqlite
from tests.peers.object_server import ACCESS_KEY, BUCKET, REGION, SECRET, ObjectServer, object_server
from tests.peers.ports import Ports
from tests.unit.store.samples import a_recording

RATE_HZ = 8000
PART_BYTES = 5 * 1024 * 1024


def options(endpoint: str, *, secret: str = SECRET) -> StoreOptions:
    return StoreOptions(BUCKET, "kept", endpoint, REGION, ACCESS_KEY, secret, path_style=True, part_bytes=PART_BYTES)


@dataclass(slots=True)
class Place:
    """`node` is what serves now: a new one after each `restart`, as its memory is lost."""

    database: Database
    server: ObjectServer
    account: Account
    recording_storage: RecordingStorage
    store: ObjectStore
    rows: Recordings
    moves: Moves
    removal: Removal
    node: Mover

    async def closed(self, size_bytes: int = 100_000) -> tuple[Recording, bytes]:
        """A completed recording of noise, and its samples."""
        row = await self.recording_storage.placed(a_recording(self.account.id, rate_hz=RATE_HZ))
        await self.rows.add(row)
        file = await self.recording_storage.new_file(row)
        samples = os.urandom(size_bytes // 4 * 4)
        file.append(samples)
        file.close()
        finished = await self.recording_storage.finished(row, trim=False)
        row = replace(
            row,
            status=RecordingStatus.COMPLETED,
            seconds=finished.seconds,
            size_bytes=finished.size_bytes,
            sha256=finished.sha256,
        )
        await self.rows.save(row)
        return row, samples

    async def heard(self, row: Recording) -> bytes:
        """All samples of the recording, as its row tells now where it is."""
        now = await self.rows.get(row.id)
        assert now is not None
        with await self.recording_storage.audio(now) as audio:
            return await self.recording_storage.listen(now, lambda: audio.read(0, audio.frames))

    def spooled(self) -> set[str]:
        return {each.name for each in self.recording_storage.folder.iterdir()}

    def restart(self) -> None:
        self.node = Mover(
            self.recording_storage.folder, self.store, self.moves, self.removal, SystemClock(), node="node-1"
        )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ObjectServer]:
    async with object_server(tmp_path / "server", Ports()) as running:
        yield running


@pytest.fixture
async def place(tmp_path: Path, server: ObjectServer) -> AsyncIterator[Place]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    account = await Accounts(database, b"p" * 32).ensure("demo")
    master = MasterKeyFile(tmp_path / "master.key")
    await master.ensure()
    store = ObjectStore(options(server.endpoint))
    kept = tmp_path / "kept"
    kept.mkdir()
    recording_storage = RecordingStorage(
        kept, KeyRing(master, AccountKeys(database)), sealed=True, disk=Disk(), store=store
    )
    moves, clock = Moves(database), SystemClock()
    removal = Removal(moves, store, clock)
    node = Mover(kept, store, moves, removal, clock, node="node-1")
    yield Place(database, server, account, recording_storage, store, Recordings(database), moves, removal, node)
    store.close()
    await database.close()
