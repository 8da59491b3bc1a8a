"""A node that is late with what it has begun: new calls are refused before anything of them is stored."""

import pytest
from sqlalchemy import select

from engine.errors import Overloaded
from engine.live.admission.decision import MOST
from engine.live.admission.set_ups import SetUp
from engine.store.tables.calls import calls
from engine.testing.node import FakeNode

TALK = "<Response><Pause length='60'/></Response>"


def overload(node: FakeNode) -> list[SetUp]:
    return [node.services.admission.begin() for _ in range(MOST)]


async def stored(node: FakeNode) -> int:
    return len(await node.database.rows(select(calls.c.id)))


async def test_a_call_that_is_asked_for_is_refused_and_leaves_nothing(node: FakeNode) -> None:
    overload(node)

    with pytest.raises(Overloaded, match="try again"):
        await node.calls("+3225550199", TALK)

    assert await stored(node) == 0


async def test_a_call_that_comes_in_is_to_be_refused_at_the_gate(node: FakeNode) -> None:
    begun = overload(node)

    at_first = node.switchboard.again_after_s()
    for each in begun:
        each.done()

    assert at_first == 1
    assert node.switchboard.again_after_s() is None


async def test_whom_a_call_in_progress_dials_is_dialled(node: FakeNode) -> None:
    caller = await node.is_called("<Response><Dial>+3225550188</Dial></Response>")
    overload(node)

    callee = await node.invited("+3225550188")
    callee.answers()
    await node.passes(1)

    assert (await node.call(callee)).status == "in-progress"
    caller.hangs_up()
    await node.settles()


@pytest.mark.parametrize("target", ["+3225550199", "sip:nowhere.example"])
async def test_no_call_is_still_being_set_up_once_its_invite_has_left_or_failed(node: FakeNode, target: str) -> None:
    for _ in range(2 * MOST):
        await node.calls(target, TALK)
        await node.passes(1)

    assert node.switchboard.again_after_s() is None


async def test_a_caller_is_set_up_once_it_rings_also_where_the_database_fails(node: FakeNode) -> None:
    for _ in range(MOST):
        await node.is_called(TALK)
    with node.database_failing():
        for _ in range(MOST):
            node.around.carrier.brings("+3225550000", "+3225551999", node.switchboard)
        await node.passes(1)

    assert node.switchboard.again_after_s() is None
