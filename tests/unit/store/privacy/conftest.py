"""An account with calls, and all that calls leave."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.aio.disk_threads import Disk
from engine.gdpr.sweeper import Sweeper
from engine.ids import IdKind, new_id
from engine.model.accounts import Account
from engine.model.call import Call, Event, after
from engine.model.callback import BodyFormat
from engine.model.recording import Recording, RecordingStatus
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from engine.privacy.log_folder import LogFolder
from engine.privacy.pseudonym import Pseudonyms
from engine.privacy.retention import DataCategory, Periods
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.master_keys import MasterKeyFile
from engine.recordings.files.wav import WavRecordingFile
from engine.recordings.recording_files import discard
from engine.recordings.storage import RecordingStorage
from engine.store.account_keys import AccountKeys
from engine.store.accounts import Accounts
from engine.store.audit import Audit
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.exchanges import Exchanges
from engine.store.leases import Leases
from engine.store.months.months import Months
from engine.store.outbox import NewCallback, Outbox
from engine.store.recordings import Recordings
from engine.store.refusals import RefusalStore
from engine.store.retention import Retention
from engine.store.trunk_events import TrunkEvents
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import NOON, a_call, a_recording

PERIODS = Periods(
    {
        DataCategory.CALLS: 365,
        DataCategory.RECORDINGS: 90,
        DataCategory.EVENTS: 60,
        DataCategory.WEBHOOKS: 30,
        DataCategory.OUTBOX: 30,
    }
)
PSEUDONYMS = Pseudonyms(PEPPER)


def a_wav(path: Path, content: bytes) -> None:
    """A recording whose samples are these bytes."""
    file = WavRecordingFile(path, channels=1, rate_hz=8000)
    file.append(content + bytes(len(content) % 2))
    file.close()


class SetClock:
    """Shows the time that it is set to; nobody waits."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def days_later(self, days: float) -> None:
        self.at = NOON + timedelta(days=days)


class House:
    """A database with an account, and what a call leaves in it."""

    def __init__(self, db: Database, account: Account, folder: Path) -> None:
        self.db, self.account, self.folder = db, account, folder
        self.clock = SetClock()
        self.calls, self.recordings, self.exchanges = Calls(db), Recordings(db), Exchanges(db)
        self.audit = Audit(db, self.clock.now)
        self.retention = Retention(db, PSEUDONYMS)
        keys = KeyRing(MasterKeyFile(folder / "master.key"), AccountKeys(db))
        self.recording_storage = RecordingStorage(folder, keys, sealed=False, disk=Disk())

    def sweeper(
        self,
        periods: Periods = PERIODS,
        discard_: Callable[[Recording], Awaitable[None]] | None = None,
        logs: LogFolder | None = None,
        node: str = "node-1",
    ) -> Sweeper:
        return Sweeper(
            self.retention, Accounts(self.db, PEPPER), self.audit, self.clock, periods=periods, node=node,
            discard=discard_ or self.discard,
            months=Months(self.db), logs=logs, as_logs=(RefusalStore(self.db, "node-1"), TrunkEvents(self.db)),
            leases=Leases(self.db),
        )  # fmt: skip

    async def discard(self, row: Recording) -> None:
        await discard(row, self.recordings, self.recording_storage, "node-1", self.clock.now())

    async def call(self, *, live: bool = False, **facts: object) -> Call:
        """One that ended at NOON, told its customer, and has an event, an exchange and a recording."""
        call = a_call(self.account.id, url="https://customer.example/flow?caller=%2B31205550142", **facts)
        await self.calls.add(call, NewCallback("https://customer.example/told", {"To": call.to}))
        await self.calls.add_event(call.id, "dialled", {"to": call.to}, NOON)
        await self.exchanges.add([self.exchange(call)])
        audio = self.folder / f"{call.id}.wav"
        a_wav(audio, call.to.encode())
        recording = a_recording(
            self.account.id, call_id=call.id, path=str(audio), ended_at=NOON, status=RecordingStatus.COMPLETED
        )
        await self.recordings.add(recording)
        for pending in await Outbox(self.db, "node-1").due(NOON, 100):
            await Outbox(self.db, "node-1").delivered(pending.id, NOON)
        if live:
            return call
        ended = replace(
            after(after(call, Event.ANSWERED, NOON), Event.HUNG_UP, NOON + timedelta(seconds=7)), price=None
        )
        await self.calls.save(ended)
        return ended

    def exchange(self, call: Call) -> WebhookExchange:
        return WebhookExchange(
            new_id(IdKind.EXCHANGE), new_id(IdKind.REQUEST), self.account.id, call.id, ExchangeKind.DOCUMENT, NOON,
            "POST", "https://customer.example/flow", {"To": call.to}, BodyFormat.FORM, 1, 12, 200, answer="<Response/>",
        )  # fmt: skip


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> House:
    account = await Accounts(db, PEPPER).ensure("demo")
    return House(db, account, tmp_path)
