"""The keys that recordings are sealed with, as the settings have them."""

from pathlib import Path
from typing import Final

import structlog

from config.settings import Settings
from engine.disk import Disk
from engine.errors import SetupError
from engine.key_ring import KeyRing
from engine.recording_shelf import RecordingShelf
from engine.sealing.masters import MasterKey, MasterKeyFile, MasterKeyVariable
from engine.store import AccountKeys, Database

_FILE: Final = "master.key"

log = structlog.get_logger(__name__)


def master_key(settings: Settings) -> MasterKey:
    """Where the settings say that it is; nothing is read yet."""
    kind, _, place = settings.recording_master_key.partition(":")
    if kind == "env":
        return MasterKeyVariable(place)
    return MasterKeyFile(Path(place) if place else settings.data_dir.resolve() / _FILE)


async def open_key_ring(settings: Settings, database: Database) -> KeyRing:
    """Ready to seal, where recordings are to be sealed; a first master key is made. Raises SetupError, StoreError."""
    rows, master = AccountKeys(database), master_key(settings)
    if settings.recording_encryption:
        if isinstance(master, MasterKeyFile):
            await _ensure(master, rows)
        await master.current()
    return KeyRing(master, rows)


def shelf_of(settings: Settings, keys: KeyRing) -> RecordingShelf:
    """Where recordings are."""
    folder = settings.data_dir.resolve() / "recordings"
    return RecordingShelf(folder, keys, sealed=settings.recording_encryption, disk=Disk())


async def _ensure(master: MasterKeyFile, rows: AccountKeys) -> None:
    if not master.path.exists() and await rows.all():
        raise SetupError(
            f"The master key file {master.path} is gone, and recordings were sealed with it. Restore it from a backup, "
            "or set TELEFOON_RECORDING_MASTER_KEY to where it is now."
        )
    if await master.ensure():
        log.warning(
            "master_key_made",
            path=str(master.path),
            advice="Recordings are sealed with this key, and lie beside it. Move it off this disk or back it up apart "
            "(TELEFOON_RECORDING_MASTER_KEY names its place): without it they are lost, with it they can be read.",
        )
