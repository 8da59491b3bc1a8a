"""Refer: the far end is asked to call somebody else itself."""

import pytest

from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE

FLOW = f"<Response><Refer action='{DONE}'>sip:desk@pbx.example</Refer></Response>"


async def referred(node: FakeNode) -> FarEnd:
    """A caller who was just asked to call the desk."""
    caller = await node.is_called(FLOW)
    await caller.is_answered()
    while caller.leg.referred_to is None:
        await node.passes(0.01)
    return caller


@pytest.mark.parametrize(("notified", "told"), [(200, "200"), (486, "486"), (503, "503")])
async def test_how_the_new_call_went_is_told(node: FakeNode, notified: int, told: str) -> None:
    caller = await referred(node)

    caller.tells_of_referral(202, final=False)
    caller.tells_of_referral(100, final=False)
    caller.tells_of_referral(notified, final=True)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["ReferCallStatus"], params["ReferSipResponseCode"]) == ("in-progress", "202")
    assert params["NotifySipResponseCode"] == told


@pytest.mark.parametrize("code", [403, 405, 501, 603])
async def test_a_far_end_that_refuses_is_told_as_failed(node: FakeNode, code: int) -> None:
    caller = await referred(node)

    caller.tells_of_referral(code, final=True)
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["ReferCallStatus"], params["ReferSipResponseCode"]) == ("failed", str(code))


async def test_a_far_end_that_tells_nothing_is_not_waited_for_longer_than_a_request_may_take(node: FakeNode) -> None:
    caller = await referred(node)
    began = node.services.clock.monotonic()

    await caller.hears("Goodbye.")

    assert node.services.clock.monotonic() - began == pytest.approx(32, abs=0.1)


async def test_a_far_end_that_hangs_up_once_it_was_handed_over_has_been(node: FakeNode) -> None:
    caller = await referred(node)
    caller.tells_of_referral(202, final=False)

    caller.hangs_up()
    await node.settles()

    [params] = node.around.customer.was_asked(DONE)
    assert params["ReferCallStatus"] == "in-progress"
    assert "NotifySipResponseCode" not in params
