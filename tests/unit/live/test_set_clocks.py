"""Somebody sets the clock by an hour while a node has calls: what is in order stays so, and lengths are true."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from engine.live.orders import RecordingAction
from engine.store.queues import Queues
from engine.testing.clock import SimulatedClock
from engine.testing.node import FakeNode
from tests.unit.live.queueing import queue_id, serve, waiting
from tests.unit.live.recorded_calls import changed, recorded_caller, the_recording

STEPS = [timedelta(hours=1), timedelta(hours=-1)]
SetClock = Callable[[timedelta], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    told = SimulatedClock.now

    def set_by(step: timedelta) -> None:
        def now(clock: SimulatedClock) -> datetime:
            return told(clock) + step

        monkeypatch.setattr(SimulatedClock, "now", now)

    return set_by


@pytest.mark.parametrize("step", STEPS)
async def test_who_came_first_to_a_queue_is_served_first_and_has_waited_as_long_as_it_did(
    node: FakeNode, set_clock: SetClock, step: timedelta
) -> None:
    first = await waiting(node)
    began_at = node.services.clock.now()
    await node.passes(5)
    set_clock(step)
    await waiting(node)

    agent = await node.is_called(serve())
    await agent.talks_with(first)
    await node.passes(1)

    figures = await Queues(node.database).figures(await queue_id(node), began_at - timedelta(hours=2))
    assert figures.longest_wait_s == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize("step", STEPS)
async def test_the_events_of_a_call_keep_their_order_by_time(
    node: FakeNode, set_clock: SetClock, step: timedelta
) -> None:
    caller = await node.is_called("<Response><Say>Good afternoon.</Say><Pause length='5'/></Response>")
    await caller.hears("Good afternoon.")
    set_clock(step)
    await node.settles()

    times = [event.at for event in await node.events(caller)]
    assert times == sorted(times)
    assert times[-1] - times[0] < timedelta(minutes=1)


@pytest.mark.parametrize("step", STEPS)
async def test_a_recording_pauses_as_long_as_it_did(node: FakeNode, set_clock: SetClock, step: timedelta) -> None:
    caller = await recorded_caller(node)
    await node.change(caller, recording=changed(RecordingAction.PAUSE))
    await node.passes(10)
    set_clock(step)
    await node.change(caller, recording=changed(RecordingAction.RESUME))
    await node.passes(5)

    row = (await the_recording(node, caller)).row

    assert row.marks[-1].paused_s == pytest.approx(10, abs=0.1)
    assert row.ended_at is not None
    assert timedelta(seconds=14) < row.ended_at - row.started_at < timedelta(seconds=30)
