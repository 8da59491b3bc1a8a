"""The keys of recordings: made for each, found again, and their master key exchanged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from engine.errors import SealBroken, SetupError
from engine.model.recording import Recording
from engine.recordings.encryption.keys import DataKey, new_key, unwrap, wrap
from engine.recordings.encryption.master_keys import MasterKey
from engine.store.account_keys import AccountKey, AccountKeys
from engine.store.values import utc_now


class KeyRing:
    """Keeps accounts' keys in memory once they have been unwrapped."""

    def __init__(self, master: MasterKey, rows: AccountKeys, now: Callable[[], datetime] = utc_now) -> None:
        self._master = master
        self._rows = rows
        self._now = now
        self._known: dict[str, bytes] = {}

    async def new_key(self, account_id: str, recording_id: str) -> DataKey:
        """Make the data key of one recording. Raises StoreError, SetupError, SealBroken."""
        key = new_key()
        return DataKey(key, wrap(key, await self._account_key(account_id), recording_id))

    async def key_of(self, recording: Recording) -> bytes:
        """Raises StoreError, SetupError, SealBroken."""
        if recording.wrapped_key is None:
            raise SealBroken("its key was erased")
        return unwrap(recording.wrapped_key, await self._account_key(recording.account_id), recording.id)

    async def rotate_master(self) -> int:
        """Wrap all accounts' keys anew with another master key, and forget the old one; how many were.

        Safe to break off and to run again, also beside nodes that serve: each row says which master key it needs, and
        the old one is kept until none does. Raises StoreError, SetupError, SealBroken.
        """
        await self._master.exchange()
        current = await self._master.current()
        old = [row for row in await self._rows.all() if row.master != current]
        for row in old:
            await self._renew(row)
        await self._master.retire({row.master for row in await self._rows.all()})
        return len(old)

    async def _account_key(self, account_id: str) -> bytes:
        known = self._known.get(account_id)
        if known is None:
            row = await self._rows.get(account_id) or await self._made(account_id)
            known = self._known[account_id] = await self._unwrapped(row)
        return known

    async def _unwrapped(self, row: AccountKey) -> bytes:
        try:
            return await self._master.unwrap(row.key, row.account_id)
        except SetupError:
            again = await self._rows.get(row.account_id)
            if again is None or again == row:
                raise
        return await self._master.unwrap(again.key, again.account_id)  # the master key was exchanged meanwhile

    async def _made(self, account_id: str) -> AccountKey:
        key = new_key()
        wrapped = await self._master.wrap(key, account_id)
        made = AccountKey(account_id, wrapped.master, wrapped.wrapped, self._now())
        row = await self._rows.add(made)
        if row == made and await self._master.current() != made.master:
            # The master key was exchanged while the row was on its way: who did so may not have seen it.
            wrapped = await self._master.wrap(key, account_id)
            await self._rows.rewrap(row, wrapped)
            row = replace(row, master=wrapped.master, wrapped=wrapped.wrapped)
        return row

    async def _renew(self, row: AccountKey) -> None:
        key = await self._master.unwrap(row.key, row.account_id)
        await self._rows.rewrap(row, await self._master.wrap(key, row.account_id))
