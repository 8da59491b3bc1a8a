"""Objects of deleted recordings are removed: at once where the store answers, and else until it has."""

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Final

from engine.errors import ObjectStoreError
from engine.ports import Clock
from engine.recordings.object_storage.store import ObjectStore
from engine.store.moves import Move, Moves
from engine.store.tables.recordings import MoveState

PATIENCE_S: Final = 15.0
"""How long an erasure waits for uploads that it cancelled to end."""
_LOOK_AGAIN_S: Final = 0.1


class Removal:
    """Removes recordings from the object store. Without one, as where none is set any more, all waits."""

    def __init__(self, moves: Moves, store: ObjectStore | None, clock: Clock) -> None:
        self._moves = moves
        self._store = store
        self._clock = clock

    async def remove(self, move: Move) -> None:
        """Safe to repeat. Raises ObjectStoreError, StoreError."""
        if self._store is None:
            raise ObjectStoreError(f"{move.url} can't be deleted: no object store is set.")
        await self._store.run(partial(self._store.remove, move.url))
        await self._moves.removed(move.recording_id)

    async def settle(self, account_ids: Collection[str]) -> int:
        """Remove now what accounts deleted, at any time; how many objects are left for later. Raises StoreError.

        Whose voice is in an object is not known any more once its recording is deleted, so none is told apart. What was
        being uploaded is its node's alone to remove, since none but it knows when that has ended.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while waiting := await self._moves.waiting(account_ids):
                    for move in waiting:
                        if move.state is MoveState.LEAVING:
                            await self.remove(move)
                    await self._clock.sleep(_LOOK_AGAIN_S)
        except (TimeoutError, ObjectStoreError):
            return len(await self._moves.waiting(account_ids))
        return 0
