"""This node's own database, for commands that need no server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from api.cli.loading import loading
from engine.errors import NotFound

if TYPE_CHECKING:
    from config.settings import Settings
    from engine.gdpr.requests import PersonsRequests
    from engine.gdpr.sweeper import Sweeper
    from engine.model.accounts import Account
    from engine.recordings.storage import RecordingStorage
    from engine.store.stores import Stores

T = TypeVar("T")


@dataclass(frozen=True)
class LocalStores:
    """The node's stores for a command. What deals with recordings is made, and loaded, when it is first asked for."""

    settings: "Settings"
    stores: "Stores"

    @cached_property
    def sweeper(self) -> "Sweeper":
        """Removes what has been kept for long enough."""
        from api.node.clock import SystemClock
        from api.node.privacy import sweeper

        return sweeper(self.stores, self.settings, SystemClock(), self._recording_storage)

    @cached_property
    def persons(self) -> "PersonsRequests":
        """Carries out what a person asks for by their number."""
        from api.node.clock import SystemClock
        from api.node.privacy import persons_requests

        return persons_requests(self.stores, self.settings, SystemClock(), self._recording_storage)

    @cached_property
    def _recording_storage(self) -> "RecordingStorage":
        from api.node.recordings import master_key, recording_storage_of
        from engine.recordings.encryption.key_ring import KeyRing

        return recording_storage_of(self.settings, KeyRing(master_key(self.settings), self.stores.account_keys))

    async def account(self, name: str) -> "Account":
        """Raises NotFound."""
        account = await self.stores.accounts.by_name(name)
        if account is None:
            raise NoAccount(name)
        return account

    async def names(self) -> dict[str, str]:
        """Names of accounts by id."""
        return await self.stores.accounts.names()


class NoAccount(NotFound):
    """No account has this name."""

    def __init__(self, name: str) -> None:
        super().__init__("account", name)
        self.args = (f"There is no account {name}. Make it with: telefoon keys create --account {name}",)


def with_books(work: Callable[[LocalStores], Awaitable[T]]) -> T:
    """Run `work` with the database that the settings name, which is made and migrated if need be."""

    async def run() -> T:
        async with _books() as books:
            return await work(books)

    return asyncio.run(run())


@asynccontextmanager
async def _books() -> AsyncIterator[LocalStores]:
    with loading():
        from config.settings import load
        from engine.store.stores import open_stores

    settings = load()
    async with open_stores(settings.database, settings.data_dir, listen_url=settings.database_listen_url) as stores:
        yield LocalStores(settings, stores)
