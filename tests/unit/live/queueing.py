"""Flows that wait in queues and serve them, for tests."""

from typing import Any

import pytest

from engine.store.queues import Queues
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE, element

MUSIC = "hold music"
SERVED = "https://customer.example/served"


def enqueue(name: str = "support", **attributes: str) -> str:
    return element("Response", element("Enqueue", name, **{"action": DONE, **attributes}))


def serve(inside: str = "<Queue>support</Queue>", **attributes: str) -> str:
    return element("Response", element("Dial", inside, **{"action": SERVED, **attributes}))


async def waiting(node: FakeNode, **attributes: str) -> FarEnd:
    """Somebody who waits, and hears music."""
    caller = await node.is_called(enqueue(**attributes))
    await caller.hears(MUSIC)
    return caller


def slow_to_store(node: FakeNode, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """The database takes two seconds for it."""
    store = getattr(node.services.stores.queues, what)

    async def slowly(*given: Any) -> Any:
        await node.passes(2)
        return await store(*given)

    monkeypatch.setattr(node.services.stores.queues, what, slowly)


async def queue_id(node: FakeNode) -> str:
    [queue], _ = await Queues(node.database).of_account(node.account.id)
    return queue.id
