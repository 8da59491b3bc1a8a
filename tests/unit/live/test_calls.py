"""One call that comes in, from its INVITE to its end."""

from pathlib import Path

import pytest

from engine.model.call import Status
from engine.model.numbers import Number
from engine.model.refusal import RefusalRule
from engine.ports import Cause
from engine.recordings.disk_space import DiskSpace
from engine.testing.database import MemoryDatabase
from engine.testing.node import FakeNode, fake_node

GREETING = "<Response><Say>Good morning.</Say></Response>"
LONG = "<Response><Say>This is a long explanation of our opening hours in the holidays.</Say></Response>"
STAYS = "<Response><Say>Please hold the line.</Say><Pause length='600'/></Response>"
RINGS_ON = "<Response><Pause length='300'/><Say>Hello.</Say></Response>"


async def test_a_caller_hears_what_the_flow_says_and_is_hung_up(node: FakeNode) -> None:
    caller = await node.is_called(GREETING)

    await caller.hears("Good morning.")
    how = await caller.is_hung_up()
    await node.settles()

    assert how.by_us
    assert (await node.call(caller)).status is Status.COMPLETED


async def test_nothing_is_heard_before_the_call_is_answered(node: FakeNode) -> None:
    node.around.carrier.network_s = 0.5
    caller = await node.is_called(GREETING)

    await node.passes(0.4)
    assert caller.heard == []
    assert caller.leg.rung

    await caller.hears("Good morning.")
    assert caller.leg.answered


async def test_a_flow_that_begins_with_a_pause_lets_the_call_ring_on(node: FakeNode) -> None:
    caller = await node.is_called("<Response><Pause length='8'/><Say>Hello.</Say></Response>")

    await node.passes(7.9)
    assert not caller.leg.answered

    await caller.hears("Hello.")
    assert caller.leg.answered


async def test_a_prompt_is_cut_off_when_the_caller_hangs_up_and_the_call_says_so(node: FakeNode) -> None:
    caller = await node.is_called(LONG)

    await caller.hears("This is a long")
    await node.passes(1)
    caller.hangs_up()
    await node.settles()

    [said] = await node.events(caller, "said")
    assert said.facts["to_the_end"] is False
    assert node.around.bridge.in_use == []


async def test_a_caller_who_gives_up_before_the_answer_has_canceled(node: FakeNode) -> None:
    caller = await node.is_called(RINGS_ON)

    await node.passes(3)
    caller.hangs_up()
    await node.settles()

    call = await node.call(caller)
    assert call.status is Status.CANCELED
    assert call.duration == 0
    assert caller.heard == []


@pytest.mark.parametrize(("stayed_s", "billed_s"), [(0.2, 1), (1.0, 1), (1.3, 2), (59.9, 60), (60.0, 60), (61.5, 62)])
async def test_whole_seconds_are_counted_from_the_answer_and_rounded_up(
    node: FakeNode, stayed_s: float, billed_s: int
) -> None:
    caller = await node.is_called(STAYS)

    await caller.is_answered()
    await node.passes(stayed_s)
    caller.hangs_up()
    await node.settles()

    assert (await node.call(caller)).duration == billed_s


@pytest.mark.parametrize(
    ("reason", "cause", "status"),
    [("busy", Cause.BUSY, Status.BUSY), ("rejected", Cause.REJECTED, Status.FAILED)],
)
async def test_a_rejected_call_is_never_answered(node: FakeNode, reason: str, cause: Cause, status: Status) -> None:
    caller = await node.is_called(f"<Response><Reject reason='{reason}'/></Response>")

    how = await caller.is_hung_up()
    await node.settles()

    assert how.sip_code == cause.sip_code
    assert not caller.leg.answered
    assert (await node.call(caller)).status is status


async def test_a_call_to_a_number_that_nobody_has_is_refused_and_leaves_no_call(node: FakeNode) -> None:
    caller = node.around.carrier.brings("+3225559999", "+3225551001", node.switchboard)

    assert (await caller.is_hung_up()).sip_code == 404
    assert node.switchboard.live_calls == 0


async def test_a_call_that_carriers_address_to_the_trunk_is_found_by_its_to_header(node: FakeNode) -> None:
    caller = await node.is_called(GREETING)
    await caller.hears("Good morning.")

    again = node.around.carrier.brings("trunk", "+3225551009", node.switchboard, addressed="+3225552001")

    await again.hears("Good morning.")


async def test_a_number_without_a_flow_is_refused_and_says_what_to_do(node: FakeNode) -> None:
    await node.services.stores.numbers.add(node.account.id, "+3225553001")
    caller = node.around.carrier.brings("+3225553001", "+3225551001", node.switchboard)

    assert (await caller.is_hung_up()).sip_code == 404
    await node.settles()

    call = await node.call(caller)
    assert call.status is Status.FAILED
    assert "set one" in call.attempts[0].said


async def test_a_call_that_nobody_answers_in_two_minutes_is_ended(node: FakeNode) -> None:
    caller = await node.is_called(RINGS_ON)

    how = await caller.is_hung_up()
    await node.settles()

    assert how.sip_code == Cause.UNAVAILABLE.sip_code
    assert (await node.call(caller)).status is Status.NO_ANSWER
    assert node.services.clock.monotonic() == pytest.approx(120, abs=0.2)


async def test_a_call_ends_at_the_longest_that_calls_may_last(database: MemoryDatabase, tmp_path: Path) -> None:
    async with fake_node(database, tmp_path, longest_call_s=60) as node:
        caller = await node.is_called(STAYS)
        await caller.is_answered()

        await node.passes(59)
        assert not caller.is_over
        await caller.is_hung_up()
        await node.settles()

        assert (await node.call(caller)).duration == 60


async def test_a_far_end_that_has_vanished_is_hung_up(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.is_answered()

    caller.vanishes(after_s=30.0)
    how = await caller.is_hung_up()
    await node.settles()

    assert how.by_us
    [lost] = await node.events(caller, "media_lost")
    assert lost.facts["seconds"] == 30.0


async def test_a_call_that_both_sides_end_at_once_ends_once(node: FakeNode) -> None:
    node.around.carrier.network_s = 0.1
    caller = await node.is_called(GREETING)
    await caller.hears("Good morning.")
    while caller.leg.refused_with is None:
        await node.passes(0.01)

    caller.hangs_up()
    await node.settles()

    assert caller.leg.hung_up is not None
    assert not caller.leg.hung_up.by_us
    assert [event.facts["status"] for event in await node.events(caller, "status")][-1] == "completed"
    assert len(await node.events(caller, "hung_up")) == 1


async def test_an_answer_that_crosses_the_callers_cancel_ends_the_call_as_canceled(node: FakeNode) -> None:
    node.around.carrier.network_s = 0.2
    caller = await node.is_called(GREETING)
    await node.passes(0.1)

    caller.hangs_up()
    await node.settles()

    assert (await node.call(caller)).status is Status.CANCELED
    assert caller.heard == []


async def test_a_database_that_fails_when_a_call_comes_in_refuses_it(node: FakeNode) -> None:
    with node.database_failing():
        caller = node.around.carrier.brings("+3225552001", "+3225551001", node.switchboard)
        how = await caller.is_hung_up()

    assert how.sip_code == Cause.UNAVAILABLE.sip_code


async def test_a_database_that_fails_meanwhile_holds_up_nobody_and_has_all_in_the_end(node: FakeNode) -> None:
    caller = await node.is_called(
        "<Response><Say>One.</Say><Say>Two.</Say><Say>Three.</Say><Pause length='60'/></Response>"
    )
    await caller.hears("One.")

    with node.database_failing():
        await caller.hears("Three.")
    caller.hangs_up()
    await node.settles()

    assert [event.facts["text"] for event in await node.events(caller, "said")] == ["One.", "Two.", "Three."]
    assert (await node.call(caller)).status is Status.COMPLETED


async def test_a_disk_without_room_refuses_calls(database: MemoryDatabase, tmp_path: Path) -> None:
    space = DiskSpace(tmp_path, least_bytes=2**62)
    await space.look(tmp_path)
    async with fake_node(database, tmp_path, space=space) as node:
        caller = await node.is_called(GREETING)

        assert (await caller.is_hung_up()).sip_code == Cause.UNAVAILABLE.sip_code
        await node.services.refusals.write()
        (refusal,) = await node.services.stores.refusals.newest(10)
        assert refusal.kind.rule is RefusalRule.STORAGE


async def test_a_node_that_stops_hangs_up_whoever_is_on_the_line(database: MemoryDatabase, tmp_path: Path) -> None:
    async with fake_node(database, tmp_path) as node:
        caller = await node.is_called(STAYS)
        await caller.hears("Please hold")

    assert caller.leg.hung_up is not None
    assert caller.leg.hung_up.by_us
    assert (await node.call(caller)).status is Status.COMPLETED


async def test_status_and_times_are_stored_in_their_order(node: FakeNode) -> None:
    caller = await node.is_called(GREETING)

    await caller.is_hung_up()
    await node.settles()

    call = await node.call(caller)
    assert [event.facts["status"] for event in await node.events(caller, "status")] == [
        "ringing",
        "in-progress",
        "completed",
    ]
    assert call.answer_time is not None
    assert call.end_time is not None
    assert call.start_time <= call.answer_time <= call.end_time


async def test_a_surprise_at_the_door_refuses_that_call_and_ends_no_other(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def surprised(_: str) -> tuple[Number, str] | None:
        raise TypeError("None has no length")

    before = await node.is_called(STAYS)
    await before.hears("Please hold the line.")

    with monkeypatch.context() as broken:
        broken.setattr(node.services.stores.numbers, "taking_in_region", surprised)
        unlucky = await node.is_called(STAYS)
        how = await unlucky.is_hung_up()

    assert (how.sip_code, how.by_us) == (500, True)
    assert not before.is_over
    after = await node.is_called(GREETING)
    await after.hears("Good morning.")
