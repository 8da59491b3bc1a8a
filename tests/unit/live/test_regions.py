"""Accounts with a region: a node of another one sends on who calls in, and begins no call of theirs."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, cast

import pytest
from sqlalchemy import func, select

from engine.ports import Cause
from engine.store.tables.calls import calls
from engine.testing.database import MemoryDatabase
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode, fake_node
from engine.testing.peer_nodes import FakePeerNodes

FLOW: Final = "https://customer.example/voice"
NUMBER: Final = "+3225553001"
CALLER: Final = "+3225551009"
HOME: Final = "eu-be"
THERE: Final = "192.0.2.7:5060"


@pytest.fixture
async def node(database: MemoryDatabase, recordings_of_all: Path) -> AsyncIterator[FakeNode]:
    async with fake_node(database, recordings_of_all, nodes=FakePeerNodes(), region="eu-de") as opened:
        await opened.services.stores.numbers.add(opened.account.id, NUMBER, url=FLOW)
        opened.around.customer.documents[FLOW] = "<Response><Hangup/></Response>"
        yield opened


async def called_from(
    node: FakeNode, region: str, uri: str = f"sip:{NUMBER}@192.0.2.9:5060", *, follows_redirects: bool = True
) -> FarEnd:
    """Somebody calls the number of an account of this region, until the call is over."""
    await node.accounts.move_to(node.account.id, region)
    caller = node.around.carrier.brings(NUMBER, CALLER, node.switchboard, uri=uri, follows_redirects=follows_redirects)
    await caller.leg.ended.wait()
    await node.settles()
    return caller


async def kept(node: FakeNode) -> int:
    """How many calls the database knows."""
    rows = await node.database.rows(select(func.count().label("calls")).select_from(calls))
    return int(rows[0]["calls"])


@pytest.mark.parametrize("region", ["", "eu-de"])
async def test_a_call_for_this_region_or_for_any_is_carried_here(node: FakeNode, region: str) -> None:
    caller = await called_from(node, region)

    assert caller.leg.redirected_to is None
    assert len(node.around.customer.was_asked(FLOW)) == 1


@pytest.mark.parametrize(
    ("uri", "sent_to"),
    [
        (f"sip:{NUMBER}@192.0.2.9:5060;transport=udp", f"sip:{NUMBER}@{THERE}"),
        ("sip:025553001@pbx.example", f"sip:025553001@{THERE}"),
        (f"tel:{NUMBER}", f"sip:{NUMBER}@{THERE}"),
        (f"sip:{NUMBER}>,<sip:x@192.0.2.9", f"sip:{NUMBER}@{THERE}"),
    ],
)
async def test_a_call_for_another_region_is_sent_on_as_it_is_addressed_and_nothing_of_it_is_kept(
    node: FakeNode, uri: str, sent_to: str
) -> None:
    cast(FakePeerNodes, node.services.nodes).regions[HOME] = THERE

    caller = await called_from(node, HOME, uri)

    assert caller.leg.redirected_to == sent_to
    assert node.around.customer.was_asked(FLOW) == []
    assert await kept(node) == 0


async def test_where_no_node_of_the_region_takes_calls_the_caller_may_try_again(node: FakeNode) -> None:
    caller = await called_from(node, HOME)

    assert caller.leg.refused_with is Cause.NOT_IN_REGION
    assert (Cause.NOT_IN_REGION.sip_code, Cause.NOT_IN_REGION.again_after_s) == (503, 5)
    assert await kept(node) == 0


async def test_who_follows_no_redirection_is_refused_instead(node: FakeNode) -> None:
    cast(FakePeerNodes, node.services.nodes).regions[HOME] = THERE

    caller = await called_from(node, HOME, follows_redirects=False)

    assert (caller.leg.redirected_to, caller.leg.refused_with) == (None, Cause.NOT_IN_REGION)
    assert await kept(node) == 0
