"""A disk that fills while a call is recorded: a file system of its own, of 2 MiB."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from api.node.clock import SystemClock
from config.settings import SipTransport
from engine.aio.disk_threads import Disk
from engine.aio.tasks import stopped
from engine.errors import RecordingError
from engine.live.callbacks import CallCallbacks
from engine.live.recording.callbacks import RecordingCallbacks
from engine.live.recording.context import RecordingContext
from engine.live.recording.service import RecordingService
from engine.live.session.backlog import Backlog
from engine.metrics.meters import Meters
from engine.model.callback import Callback
from engine.model.consent import ToRecording
from engine.model.recording import RecordingSource, RecordingStatus
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile
from engine.recordings.storage import RecordingStorage
from engine.store.account_keys import AccountKeys
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.recordings import RecordingFilter, Recordings
from engine.store.tables.calls import outbox
from sip.config import ListenAddress, SipConfig, Tls
from sip.user_agent import UserAgent
from tests.peers.consent import announced
from tests.peers.databases import migrated_sqlite
from tests.peers.ports import Ports
from tests.peers.small_disk import small_disk
from tests.peers.waiting import eventually
from tests.sip.passing import sound_passes
from tests.unit.store.samples import a_call

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root"),
]

MIB = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 2) as folder:
        yield folder


@pytest.fixture
async def agent() -> AsyncIterator[UserAgent]:
    ports = Ports()
    rtp = ports.block(4)
    listening = ListenAddress("127.0.0.1", ports.one(), [SipTransport.UDP], None, rtp, rtp + 3)
    config = SipConfig(listening, ["PCMA"], 1800, Tls(), [])
    agent = await UserAgent.start(config, lambda leg, arrival: None)
    yield agent
    await agent.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    yield database
    await database.close()


@dataclass(slots=True)
class Recording:
    """A recording service over a folder, the account it records for, and what was noted."""

    service: RecordingService
    recording_storage: RecordingStorage
    rows: Recordings
    subject: RecordingContext
    events: list[tuple[str, dict[str, object]]]
    consent: ToRecording


async def recording(
    agent: UserAgent, database: Database, folder: Path, keys_in: Path, *, reserve_bytes: int
) -> Recording:
    account = await Accounts(database, b"pepper").ensure("demo")
    rows, master = Recordings(database), MasterKeyFile(keys_in / "master.key")
    await master.ensure()
    recording_storage = RecordingStorage(folder, KeyRing(master, AccountKeys(database)), sealed=True, disk=Disk())
    events: list[tuple[str, dict[str, object]]] = []
    service = RecordingService(
        agent.bridge,
        rows,
        SystemClock(),
        RecordingCallbacks(
            CallCallbacks(Calls(database), SystemClock(), lambda: None),
            lambda recording: f"https://node.example/{recording}",
            Backlog(SystemClock()),
        ),
        recording_storage=recording_storage,
        meters=Meters(),
        node="node-1",
        reserve_bytes=reserve_bytes,
    )
    subject = RecordingContext(account.id, RecordingSource.CALL, lambda kind, **facts: events.append((kind, facts)))
    return Recording(service, recording_storage, rows, subject, events, announced(account.id, SystemClock().now()))


async def test_a_disk_that_fills_ends_the_recording_with_a_status_and_an_event(
    agent: UserAgent, database: Database, disk: Path, tmp_path: Path
) -> None:
    at = await recording(agent, database, disk, tmp_path, reserve_bytes=MIB)
    watching = asyncio.create_task(at.service.watch_disk())
    active = await at.service.start(at.consent, at.subject, [[]])
    await sound_passes(agent.bridge, 0.5)

    (disk / "other").write_bytes(bytes(int(1.2 * MIB)))

    await closed(at)
    row = await active.stop()
    assert await at.rows.get(active.id) == row
    assert (row.status, row.error) == (RecordingStatus.FAILED, "The disk is full.")
    assert row.seconds is not None
    assert row.seconds > 0.4
    with pytest.raises(RecordingError, match="disk is full"):
        await at.service.start(at.consent, at.subject, [[]])
    await stopped(watching)


async def test_a_disk_that_is_full_to_the_brim_fails_the_recording_which_is_readable_up_to_then(
    agent: UserAgent, database: Database, disk: Path, tmp_path: Path
) -> None:
    at = await recording(agent, database, disk, tmp_path, reserve_bytes=0)
    call = a_call(at.subject.account_id)
    await Calls(database).add(call)
    told = Callback("https://customer.example/told", events=("failed", "absent"))
    active = await at.service.start(at.consent, replace(at.subject, call_id=call.id, callback=told), [[]])
    await sound_passes(agent.bridge, 1.5)

    (disk / "other").write_bytes(bytes(shutil.disk_usage(disk).free))

    await closed(at)
    row = await active.stop()
    assert row.status is RecordingStatus.FAILED
    assert row.error is not None
    assert "No space left on device" in row.error
    assert row.frames is not None
    with await at.recording_storage.audio(row) as audio:
        assert audio.frames == row.frames
        assert len(audio.read(0, row.frames)) == row.frames * 2
    forms = [each["form"] for each in await database.rows(select(outbox.c.form))]
    assert [form["RecordingStatus"] for form in forms] == ["failed"]
    assert "No space left on device" in forms[0]["ErrorMessage"]


async def test_a_folder_that_can_not_be_written_fails_the_recording_with_its_reason(
    agent: UserAgent, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("no folder")
    at = await recording(agent, database, tmp_path / "kept", tmp_path, reserve_bytes=0)

    with pytest.raises(RecordingError, match="Not a directory"):
        await at.service.start(at.consent, at.subject, [[]])

    (row,), _ = await at.rows.find(RecordingFilter(at.subject.account_id))
    assert row.status is RecordingStatus.FAILED
    assert row.error is not None
    assert "Not a directory" in row.error


async def closed(at: Recording) -> None:
    await eventually(
        lambda: "recording_closed" in [kind for kind, _ in at.events], within_s=10, otherwise=lambda: str(at.events)
    )
