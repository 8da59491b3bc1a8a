"""A disk that fills while a call is recorded: a file system of its own, of 2 MiB."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from api.clock import SystemClock
from config.settings import SipTransport
from engine.consent import Consent
from engine.disk import Disk
from engine.errors import RecordingError
from engine.key_ring import KeyRing
from engine.live.recording_desk import RecordingDesk, Subject
from engine.live.telling import Teller
from engine.recording import RecordingSource, RecordingStatus
from engine.recording_shelf import RecordingShelf
from engine.sealing.masters import MasterKeyFile
from engine.store import AccountKeys, Accounts, Calls, Database, Recordings
from engine.tasks import stopped
from sip.config import Listening, SipConfig, Tls
from sip.user_agent import UserAgent
from tests.peers.ports import Ports
from tests.peers.waiting import eventually

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root"),
]

MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[UserAgent]:
    ports = Ports()
    rtp = ports.block(4)
    listening = Listening("127.0.0.1", ports.one(), [SipTransport.UDP], None, rtp, rtp + 3)
    config = SipConfig(listening, ["PCMA"], 1800, None, Tls(), [], tmp_path)
    agent = await UserAgent.start(config, lambda leg, arrival: None)
    yield agent
    await agent.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'telefoon.db'}")
    yield database
    await database.close()


async def test_a_disk_that_fills_ends_the_recording_with_a_status_and_an_event(
    agent: UserAgent, database: Database, small_disk: Path, tmp_path: Path
) -> None:
    account = await Accounts(database, b"pepper").ensure("demo")
    rows, master = Recordings(database), MasterKeyFile(tmp_path / "master.key")
    await master.ensure()
    keys = KeyRing(master, AccountKeys(database))
    events: list[tuple[str, dict[str, object]]] = []
    subject = Subject(account.id, RecordingSource.CALL, lambda kind, **facts: events.append((kind, facts)))
    desk = RecordingDesk(
        agent.bridge,
        rows,
        SystemClock(),
        Teller(Calls(database), SystemClock(), lambda: None),
        shelf=RecordingShelf(small_disk, keys, sealed=True, disk=Disk()),
        node="node-1",
        recording_url=lambda recording: f"https://node.example/{recording}",
        reserve_bytes=MIB,
    )
    watching = asyncio.create_task(desk.watch_disk())
    consent = Consent("announced", SystemClock().now())
    active = await desk.start(consent, subject, [[]])
    await asyncio.sleep(0.5)

    (small_disk / "other").write_bytes(bytes(int(1.2 * MIB)))

    await eventually(
        lambda: "recording_closed" in [kind for kind, _ in events], within_s=10, otherwise=lambda: str(events)
    )
    row = await active.stop()
    assert await rows.get(active.id) == row
    assert (row.status, row.error) == (RecordingStatus.FAILED, "The disk is full.")
    assert row.seconds is not None
    assert row.seconds > 0.4
    with pytest.raises(RecordingError, match="disk is full"):
        await desk.start(consent, subject, [[]])
    await stopped(watching)
