"""Queues by their names: one for all who give it, renamed, removed and made anew."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.errors import NotFound, WrongState
from engine.ids import IdKind, new_id
from engine.model.queue import Queue
from engine.store.queues import Queues
from engine.testing.node import FakeNode
from tests.unit.live.queueing import MUSIC, enqueue, queue_id, serve, waiting


async def test_a_queue_with_the_same_name_of_another_call_is_the_same_queue(node: FakeNode) -> None:
    await waiting(node)
    await waiting(node)

    assert (await Queues(node.database).of_account(node.account.id))[1] == 1


async def test_those_of_another_queue_are_not_served(node: FakeNode) -> None:
    caller = await node.is_called(enqueue("sales"))
    await caller.hears(MUSIC)
    agent = await node.is_called(serve(timeout="5"))

    await agent.is_hung_up()

    assert caller.hears_now == {MUSIC}


async def test_who_waits_stays_where_a_queue_is_renamed_and_is_served_by_its_next_name(node: FakeNode) -> None:
    caller = await waiting(node)

    renamed = await node.switchboard.rename_queue(node.account.id, await queue_id(node), "help")
    agent = await node.is_called(serve("<Queue>help</Queue>"))
    await agent.is_answered()
    await node.passes(1)

    assert renamed.friendly_name == "help"
    assert agent.can_hear(caller)


async def test_a_queue_that_another_node_has_renamed_is_found_by_its_next_name(node: FakeNode) -> None:
    caller = await waiting(node)
    queue = await node.services.stores.queues.get(await queue_id(node))
    assert queue is not None

    await Queues(node.database).rename(replace(queue, friendly_name="help"))
    await node.switchboard.follow_queues()
    agent = await node.is_called(serve("<Queue>help</Queue>"))

    await caller.talks_with(agent)


async def test_a_queue_that_another_node_has_removed_is_made_anew_for_who_comes_next(node: FakeNode) -> None:
    caller = await waiting(node)
    before = await queue_id(node)
    caller.hangs_up()
    await node.passes(1)

    assert await Queues(node.database).remove(before)
    await node.switchboard.follow_queues()
    await waiting(node)

    assert await queue_id(node) != before


async def test_two_queues_never_have_one_name(node: FakeNode) -> None:
    await waiting(node)
    first = await queue_id(node)
    other = await node.services.stores.queues.made(
        Queue(new_id(IdKind.QUEUE), node.account.id, "help", datetime(2026, 11, 30, tzinfo=UTC))
    )

    with pytest.raises(WrongState, match="another queue"):
        await node.switchboard.rename_queue(node.account.id, first, "help")
    assert (await node.switchboard.rename_queue(node.account.id, other.id, "help")).id == other.id, "its own name"


async def test_a_queue_is_removed_once_nobody_waits_and_made_anew_by_who_comes_later(node: FakeNode) -> None:
    caller = await waiting(node)
    first = await queue_id(node)
    with pytest.raises(WrongState, match="waits"):
        await node.switchboard.remove_queue(node.account.id, first)
    caller.hangs_up()
    await node.settles()

    await node.switchboard.remove_queue(node.account.id, first)
    assert await Queues(node.database).of_account(node.account.id) == ([], 0)
    await waiting(node)

    assert await queue_id(node) != first


async def test_a_queue_of_another_account_is_not_found(node: FakeNode) -> None:
    await waiting(node)
    first, nobody = await queue_id(node), new_id(IdKind.ACCOUNT)

    with pytest.raises(NotFound):
        await node.switchboard.rename_queue(nobody, first, "help")
    with pytest.raises(NotFound):
        await node.switchboard.remove_queue(nobody, first)
