"""The storage of a node: the stores of its database, the keys of its recordings, and how much room its disk has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from api.node.recordings import open_key_ring
from config.settings import Settings
from engine.ports import Clock
from engine.recordings.disk_space import DiskSpace
from engine.recordings.encryption.key_ring import KeyRing
from engine.store.months.keeper import MonthKeeper
from engine.store.sqlite import folder_of
from engine.store.stores import Stores, open_stores

_DATABASE_PATIENCE_S: Final = 1.5
"""Who asks is told within two seconds that the database is kept; what has happened is stored however long it takes."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Open for as long as the node runs."""

    stores: Stores
    keys: KeyRing
    space: DiskSpace
    months: MonthKeeper


@asynccontextmanager
async def open_storage(settings: Settings, clock: Clock) -> AsyncIterator[Storage]:
    """Open while inside. Raises SetupError, StoreError."""
    async with open_stores(
        settings.database,
        settings.data_dir,
        node=settings.node,
        patience_s=_DATABASE_PATIENCE_S,
        keep_bodies=settings.keep_webhook_bodies,
        listen_url=settings.database_listen_url,
    ) as stores:
        space = DiskSpace(folder_of(settings.database))
        keys = await open_key_ring(settings, stores.account_keys)
        yield Storage(stores, keys, space, MonthKeeper(stores.months, clock))
