"""The recording desk over the real bridge."""

import asyncio
from pathlib import Path

import pytest

from api.node.clock import SystemClock
from engine.aio.disk_threads import Disk
from engine.live.callbacks import CallCallbacks
from engine.live.recording.callbacks import RecordingCallbacks
from engine.live.recording.context import RecordingContext
from engine.live.recording.service import RecordingService
from engine.live.session.backlog import Backlog
from engine.metrics.meters import Meters
from engine.model.recording import RecordingSource, RecordingStatus
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile
from engine.recordings.files.wav import WavView
from engine.recordings.storage import RecordingStorage
from engine.store.account_keys import AccountKeys
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.recordings import Recordings
from sip.media.wav import SAMPLE_BYTES
from tests.peers.consent import announced
from tests.peers.databases import migrated_sqlite
from tests.peers.waiting import within
from tests.sip.conftest import Line

pytestmark = pytest.mark.sip

FRAME_BYTES = 2 * SAMPLE_BYTES


class SkewedClock(SystemClock):
    """A clock by which more time passed than the bridge has seen."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


@pytest.mark.alone("what was recorded is compared with the clock")
async def test_a_recording_shorter_than_the_talk_is_an_event(line: Line, tmp_path: Path) -> None:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    account = await Accounts(database, b"pepper").ensure("demo")
    master = MasterKeyFile(tmp_path / "master.key")
    await master.ensure()
    keys = KeyRing(master, AccountKeys(database))
    recording_storage = RecordingStorage(tmp_path / "kept", keys, sealed=True, disk=Disk())
    events: dict[str, dict[str, object]] = {}
    clock = SkewedClock()
    desk = RecordingService(
        line.agent.bridge,
        Recordings(database),
        clock,
        RecordingCallbacks(
            CallCallbacks(Calls(database), clock, lambda: None),
            lambda recording: f"https://node.example/{recording}",
            Backlog(clock),
        ),
        recording_storage=recording_storage,
        meters=Meters(),
        node="node-1",
    )
    subject = RecordingContext(account.id, RecordingSource.CALL, lambda kind, **facts: events.update({kind: facts}))
    consent = announced(account.id, clock.now())

    exact = await desk.start(consent, subject, [[], []])
    await asyncio.sleep(1)
    row = await exact.stop()
    assert (row.status, row.channels) == (RecordingStatus.COMPLETED, 2)
    assert row.seconds is not None
    assert abs(row.seconds - 1) < 0.2
    with await recording_storage.audio(row) as audio:
        assert WavView(audio).size == row.size_bytes
    assert "recording_length_mismatch" not in events

    short = await desk.start(consent, subject, [[]])
    clock.ahead_s = 0.5
    await asyncio.sleep(1)
    await short.stop()
    assert events["recording_length_mismatch"]["recording"] == short.id
    assert await short.stop() == await short.stop()
    await database.close()


async def test_all_that_was_heard_until_the_end_is_taken_and_tracks_have_the_same_length(line: Line) -> None:
    rate_hz = line.agent.bridge.rate_hz
    recorder = await line.agent.bridge.record(tracks=[[], []])
    began_s = asyncio.get_running_loop().time()
    pieces: list[bytes] = []
    async with within(30):
        while sum(map(len, pieces)) < FRAME_BYTES * rate_hz:
            await asyncio.sleep(0.25)
            pieces.append(recorder.take())
    await recorder.stop()
    lasted_s = asyncio.get_running_loop().time() - began_s
    pieces.append(recorder.take())
    await asyncio.sleep(0.1)

    assert recorder.take() == b"", "nothing is heard after the end"
    assert sum(map(len, pieces)) % FRAME_BYTES == 0
    assert abs(sum(map(len, pieces)) / (FRAME_BYTES * rate_hz) - lasted_s) < 0.2
    recorder.close()
