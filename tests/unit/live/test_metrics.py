"""What a node counts and measures of its calls, recordings and conferences."""

import pytest

from api.node.metrics import NodeMetrics
from engine.errors import StoreError
from engine.live.nodes.membership import Lease, Membership, NodeIdentity
from engine.model.node import NodeAddresses
from engine.ports import CallRoom, Queued
from engine.store.outbox import Outbox
from engine.testing.assembly import NODE
from engine.testing.node import FakeNode
from tests.unit.live.conferences import enters
from tests.unit.live.words import GOODBYE

ME = NodeIdentity(NODE, NodeAddresses("http://127.0.0.1:8080", "127.0.0.1:5060"), "1.0", "here/1/1")
TO = "+3225550333"
STAYS = "<Response><Pause length='600'/></Response>"


class Idle:
    """Runs commands at once."""

    def commands(self) -> Queued:
        return Queued()

    def room_for_calls(self) -> CallRoom:
        return CallRoom(49, 50, "pairs of RTP ports")


async def told(node: FakeNode, outbox: Outbox | None = None) -> list[str]:
    """The lines of /metrics."""
    waiting = outbox or Outbox(node.database, NODE)
    metrics = NodeMetrics(
        node.services.ledger.meters,
        node.switchboard,
        node.services.recorder,
        node.services.streams,
        waiting,
        Idle(),
        node.services.admission,
        Membership(node.services.stores.nodes, ME, node.services.clock, Lease(6.0, 1.0)),
    )
    return (await metrics.text()).splitlines()


async def test_calls_are_counted_by_direction_and_by_how_they_ended(node: FakeNode) -> None:
    caller = await node.is_called(GOODBYE)
    called = await node.calls(TO, STAYS)

    await caller.hears("Goodbye.")
    caller.hangs_up()
    called.refuses(486)
    await node.settles()

    lines = await told(node)
    assert 'telefoon_calls_total{direction="inbound",status="completed"} 1' in lines
    assert 'telefoon_calls_total{direction="outbound",status="busy"} 1' in lines
    assert 'telefoon_calls_total{direction="outbound",status="completed"} 0' in lines


async def test_it_is_measured_how_long_a_called_party_takes_to_ring_and_to_answer(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS)

    await node.passes(1.5)
    called.rings()
    await node.passes(6)
    called.answers()
    await node.passes(1)

    lines = await told(node)
    assert 'telefoon_post_dial_delay_seconds_bucket{direction="outbound",le="1"} 0' in lines
    assert 'telefoon_post_dial_delay_seconds_bucket{direction="outbound",le="2"} 1' in lines
    assert 'telefoon_answer_delay_seconds_bucket{direction="outbound",le="5"} 0' in lines
    assert 'telefoon_answer_delay_seconds_bucket{direction="outbound",le="10"} 1' in lines


async def test_calls_and_conferences_are_there_as_long_as_they_live(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)
    lines = await told(node)

    first.hangs_up()
    second.hangs_up()
    await node.settles()

    assert lines.count("telefoon_calls_live 2") == 1
    assert lines.count("telefoon_conferences_live 1") == 1
    assert lines.count("telefoon_participants_live 2") == 1
    after = await told(node)
    assert after.count("telefoon_calls_live 0") == 1
    assert after.count("telefoon_participants_live 0") == 1


async def test_a_recording_is_in_progress_and_then_so_many_bytes(node: FakeNode) -> None:
    caller = await node.is_called("<Response><Record playBeep='false'/></Response>", consent="none-needed")
    await caller.is_answered()
    await node.passes(3)
    lines = await told(node)

    caller.hangs_up()
    await node.settles()

    assert "telefoon_recordings_live 1" in lines
    [recording] = await node.recordings()
    after = await told(node)
    assert "telefoon_recordings_live 0" in after
    assert f"telefoon_recorded_bytes_total {recording.row.size_bytes}" in after
    assert recording.row.size_bytes


async def test_callbacks_that_nobody_took_wait(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS, status_callback="https://customer.example/status")
    called.refuses(486)
    await node.settles()

    assert "telefoon_callbacks_waiting 2" in await told(node)


async def test_where_the_database_does_not_answer_all_else_is_told(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = Outbox(node.database, NODE)

    async def waiting() -> int:
        raise StoreError("The database does not answer.")

    monkeypatch.setattr(outbox, "waiting", waiting)

    lines = await told(node, outbox)
    assert "telefoon_calls_live 0" in lines
    assert not [line for line in lines if "telefoon_callbacks_waiting" in line]
