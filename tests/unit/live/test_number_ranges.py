"""Calls to numbers of a range, and to numbers that nobody has."""

import pytest

from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, dial

URL = "https://customer.example/voice"
RANGE = "+3225553xxx"


async def called(
    node: FakeNode, number: str, flow: str = "<Response><Say>Good day.</Say></Response>", **said: str
) -> FarEnd:
    node.around.customer.documents[URL] = flow
    return node.around.carrier.brings(number, "+3225551009", node.switchboard, **said)


async def test_a_number_of_a_range_is_answered_by_its_flow_and_is_told_as_it_was_called(node: FakeNode) -> None:
    await node.services.stores.numbers.add(node.account.id, RANGE, url=URL)
    caller = await called(node, "+3225553042")

    await caller.hears("Good day.")
    await node.settles()

    assert (await node.call(caller)).to == "+3225553042"
    assert [each["To"] for each in node.around.customer.was_asked(URL)] == ["+3225553042"]


async def test_who_has_a_range_may_show_its_numbers_and_no_other(node: FakeNode) -> None:
    await node.services.stores.numbers.add(node.account.id, RANGE, url=URL)
    await called(node, "+3225553042", dial(callerId="+3225554777"))
    await node.settles()
    await called(node, "+3225553042", dial(callerId="+3225553777"))
    await node.invited(AGENT)

    assert [invite.caller for invite in node.around.carrier.invites] == ["+3225553777"]


@pytest.mark.parametrize(
    ("user", "addressed", "to"),
    [("+3225559000", "+3225559000", "+3225559000"), ("acct7", "+3225559000", "+3225559000"), ("acct7", "", "acct7")],
)
async def test_what_nobody_has_is_taken_by_the_trunks_default_under_the_number_that_was_called(
    node: FakeNode, user: str, addressed: str, to: str
) -> None:
    await node.services.stores.numbers.add(node.account.id, "+3225553000", url=URL)
    caller = await called(node, user, addressed=addressed, default_number="+3225553000")

    await caller.hears("Good day.")

    assert (await node.call(caller)).to == to


async def test_a_number_that_somebody_has_goes_before_the_trunks_default(node: FakeNode) -> None:
    await node.services.stores.numbers.add(node.account.id, "+3225553000", url="https://other.example/")
    await node.services.stores.numbers.add(node.account.id, RANGE, url=URL)
    caller = await called(node, "+3225553042", default_number="+3225553000")

    await caller.hears("Good day.")


async def test_a_default_that_nobody_has_takes_nothing(node: FakeNode) -> None:
    caller = await called(node, "+3225559000", default_number="+3225553000")

    assert (await caller.is_hung_up()).sip_code == 404
