"""The keys that recordings are sealed with, as the settings have them."""

from pathlib import Path
from typing import Final

import structlog

from api.node.object_store import object_store_of
from config.settings import Settings
from engine.aio.disk_threads import Disk
from engine.errors import MasterKeyMissing
from engine.recordings.encryption.key_ring import KeyRing
from engine.recordings.encryption.key_service import KmsMasterKey
from engine.recordings.encryption.master_keys import MasterKey, MasterKeyFile, MasterKeyVariable
from engine.recordings.storage import RecordingStorage
from engine.store.account_keys import AccountKeys

_FILE: Final = "master.key"

log = structlog.get_logger(__name__)


def master_key(settings: Settings) -> MasterKey:
    """The place of the master key by the settings; nothing is read yet."""
    kind, _, place = settings.recording_master_key.partition(":")
    if kind == "env":
        return MasterKeyVariable(place)
    if kind == "kms":
        name, _, within = place.partition(":")
        return KmsMasterKey(name, within)
    return MasterKeyFile(Path(place) if place else settings.data_dir.resolve() / _FILE)


async def open_key_ring(settings: Settings, rows: AccountKeys) -> KeyRing:
    """Ready to seal, where recordings are to be sealed; a first master key is made. Raises SetupError, StoreError."""
    master = master_key(settings)
    if settings.recording_encryption:
        try:
            await master.current()
        except MasterKeyMissing:
            if await rows.all():
                raise
            await _make_first(master, settings)
    return KeyRing(master, rows)


def recording_storage_of(settings: Settings, keys: KeyRing) -> RecordingStorage:
    """Where recordings are. Raises SetupError."""
    folder, store = settings.data_dir.resolve() / "recordings", object_store_of(settings)
    return RecordingStorage(folder, keys, sealed=settings.recording_encryption, disk=Disk(), store=store)


async def _make_first(master: MasterKey, settings: Settings) -> None:
    await master.ensure()
    log.warning(
        "master_key_made",
        name=await master.current(),
        where=str(master.path) if isinstance(master, MasterKeyFile) else settings.recording_master_key,
        advice="Recordings are sealed with this key: without it they are lost. Back it up apart from them; one in a "
        "file beside them is to be moved off this disk (TELEFOON_RECORDING_MASTER_KEY names its place).",
    )
