"""What was said by SIP about a call that failed is kept, and of no other."""

from dataclasses import replace

import pytest

from engine.ids import IdKind, new_id
from engine.live.session.failed_traces import MOST, FailedTraces
from engine.model.call import Call, Direction
from engine.model.call_options import STANDARD
from engine.model.sip_message import SipMessage
from engine.testing.node import FakeNode
from tests.unit.rest_services import KeptMessages
from tests.unit.store.samples import NOON

DIALOG = "a@192.0.2.1"
TEXT = f"INVITE sip:+3225550199@198.51.100.7 SIP/2.0\r\nCall-ID: {DIALOG}\r\nCSeq: 1 INVITE\r\n\r\n"
MEMORY = KeptMessages({DIALOG: [SipMessage(NOON, True, "UDP", "192.0.2.1:5060", "198.51.100.7:5060", TEXT)]})


@pytest.fixture
def traces(node: FakeNode) -> FailedTraces:
    stores = node.services.stores
    return FailedTraces(MEMORY, stores.calls, stores.traces, node.services.clock)


async def a_call(node: FakeNode, sip_call_id: str | None = DIALOG) -> str:
    begun = Call.begun(
        Direction.OUTBOUND, "+3225550100", "+3225550199", STANDARD, account_id=node.account.id, at=NOON, node="n"
    )
    await node.services.stores.calls.add(begun)
    await node.services.stores.calls.save(replace(begun, sip_call_id=sip_call_id))
    return begun.id


async def test_a_failed_calls_messages_are_kept_with_its_number_hidden(node: FakeNode, traces: FailedTraces) -> None:
    call_id = await a_call(node)

    traces.note(call_id, "status", {"status": "failed"})
    await traces.write()

    (arrow,) = await node.services.stores.traces.of(call_id)
    assert (arrow.title, arrow.sip_call_id, arrow.at) == ("INVITE", DIALOG, NOON)
    assert "+3225550199" not in arrow.text


@pytest.mark.parametrize(
    ("kind", "facts"), [("status", {"status": "completed"}), ("status", {"status": "busy"}), ("said", {})]
)
async def test_nothing_is_kept_of_a_call_that_has_not_failed(
    node: FakeNode, traces: FailedTraces, kind: str, facts: dict[str, str]
) -> None:
    call_id = await a_call(node)

    traces.note(call_id, kind, facts)
    await traces.write()

    assert await node.services.stores.traces.of(call_id) == []


async def test_a_call_without_an_invite_and_one_that_memory_has_forgotten_are_passed_over(
    node: FakeNode, traces: FailedTraces
) -> None:
    calls = [await a_call(node, None), await a_call(node, "forgotten"), new_id(IdKind.CALL), await a_call(node)]

    for call_id in calls:
        traces.note(call_id, "status", {"status": "failed"})
    await traces.write()

    assert [len(await node.services.stores.traces.of(each)) for each in calls] == [0, 0, 0, 1]


async def test_where_many_calls_fail_at_once_some_of_them_are_kept(node: FakeNode, traces: FailedTraces) -> None:
    calls = [await a_call(node) for _ in range(MOST + 5)]

    for call_id in calls:
        traces.note(call_id, "status", {"status": "failed"})
    await traces.write()

    assert sum([bool(await node.services.stores.traces.of(each)) for each in calls]) == MOST
