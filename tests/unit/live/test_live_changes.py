"""What can be done with a live call from outside, and when it can't."""

import pytest

from engine.errors import NotFound, WrongState
from engine.flow.parse import parse
from engine.live.orders import CallChange, PlayInto, SayInto, Side, Transfer, TransferMode
from engine.model.call import Status
from engine.model.callback import Callback
from engine.ports import HoldRefused, Intruded
from engine.testing.node import FakeNode
from tests.unit.live.dials import OTHER, talking

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
FILE = "https://customer.example/jingle.wav"


async def test_a_muted_party_is_not_heard_and_hears(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, mute=True)
    assert not agent.can_hear(caller)
    assert caller.can_hear(agent)

    await node.change(caller, mute=False)
    assert agent.can_hear(caller)


async def test_who_is_on_hold_hears_music_and_nobody_hears_it(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, hold=True)
    assert not agent.can_hear(caller)
    assert not caller.can_hear(agent)
    assert caller.hears_now == {"hold music"}

    await node.change(caller, hold=False)
    await caller.talks_with(agent)
    assert caller.hears_now == set()


async def test_the_far_end_is_told_of_hold_by_its_leg(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, hold=True)
    assert (caller.leg.held, agent.leg.held) == (True, False)

    await node.change(caller, hold=False)
    assert not caller.leg.held


async def test_a_far_end_that_refuses_hold_is_told_among_the_events(node: FakeNode) -> None:
    caller, agent = await talking(node)
    await node.change(caller, hold=True)

    caller.leg.emit(HoldRefused(488))
    await node.passes(1)
    await node.change(caller, hold=False)

    await caller.talks_with(agent)
    assert [each.facts["sip_code"] for each in await node.events(caller, "hold_refused")] == [488]


async def test_a_message_of_somebody_else_is_told_among_the_events_and_counted(node: FakeNode) -> None:
    caller, agent = await talking(node)

    caller.leg.emit(Intruded("BYE", "192.0.2.66:5060"))
    await node.passes(1)

    await caller.talks_with(agent)
    told = [each.facts for each in await node.events(caller, "outsider_refused")]
    assert told == [{"what": "BYE", "source": "192.0.2.66:5060"}]
    assert "telefoon_outsiders_refused_total 1\n" in node.services.ledger.meters.text({})


async def test_who_is_put_on_hold_twice_hears_one_music(node: FakeNode) -> None:
    caller, _ = await talking(node)

    await node.change(caller, hold=True)
    await node.change(caller, hold=True)
    await node.change(caller, hold=False)

    assert caller.hears_now == set()


async def test_who_hangs_up_on_hold_leaves_no_music(node: FakeNode) -> None:
    caller, _ = await talking(node)
    await node.change(caller, hold=True)

    caller.hangs_up()
    await node.settles()

    assert node.around.bridge.in_use == []


@pytest.mark.parametrize(
    ("side", "who_hears"), [(Side.SELF, {"caller"}), (Side.OTHER, {"agent"}), (Side.BOTH, {"caller", "agent"})]
)
async def test_something_said_into_a_talk_is_heard_by_whom_it_is_for(
    node: FakeNode, side: Side, who_hears: set[str]
) -> None:
    caller, agent = await talking(node)

    await node.change(caller, say=SayInto("One minute left.", None, side))
    await node.passes(0.5)

    hears = {name for name, who in (("caller", caller), ("agent", agent)) if "One minute left." in who.hears_now}
    assert hears == who_hears
    assert caller.can_hear(agent)


async def test_a_file_can_be_played_into_a_talk(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, play=PlayInto(FILE, Side.BOTH))

    await caller.hears(FILE)
    await agent.hears(FILE)


async def test_a_file_that_cannot_be_had_is_noted(node: FakeNode) -> None:
    node.around.media.missing.add(FILE)
    caller, _ = await talking(node)

    await node.change(caller, play=PlayInto(FILE, Side.SELF))
    await node.passes(1)

    assert len(await node.events(caller, "prompt_failed")) == 1


@pytest.mark.parametrize("side", [Side.OTHER, Side.BOTH])
async def test_nothing_can_be_said_to_the_other_of_who_talks_to_nobody(node: FakeNode, side: Side) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    with pytest.raises(WrongState, match="talks to nobody"):
        await node.change(caller, say=SayInto("One minute left.", None, side))


async def test_keys_are_sent_to_the_far_end_beside_its_flow(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    await node.change(caller, digits="12#")
    await node.passes(2)

    assert caller.leg.pressed == "12#"


@pytest.mark.parametrize(
    "change",
    [
        {"mute": True},
        {"hold": True},
        {"digits": "1"},
        {"say": SayInto("Hello?", None, Side.SELF)},
        {"play": PlayInto(FILE, Side.SELF)},
        {"withdraw_consent": True},
        {"transfer": Transfer(OTHER, TransferMode.BLIND, 20)},
        {"start": parse("<Response/>")},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_call_that_rings_can_be_changed_in_nothing_but_its_end(
    node: FakeNode, change: dict[str, object]
) -> None:
    called = await node.calls("+3225550333", STAYS)
    called.rings()
    await node.passes(1)

    with pytest.raises(WrongState, match="ringing"):
        await node.change(called, **change)


@pytest.mark.parametrize(
    ("end", "answered", "status"),
    [(Status.CANCELED, False, Status.CANCELED), (Status.COMPLETED, True, Status.COMPLETED)],
)
async def test_a_call_is_ended_from_outside(node: FakeNode, end: Status, answered: bool, status: Status) -> None:
    called = await node.calls("+3225550333", STAYS)
    called.rings()
    if answered:
        called.answers()
        await called.hears("Hello.")

    await node.change(called, end=end)
    await node.settles()

    assert called.is_over
    assert (await node.call(called)).status is status


async def test_an_answered_call_can_be_completed_and_not_canceled(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    with pytest.raises(WrongState, match="completed, not canceled"):
        await node.change(caller, end=Status.CANCELED)


async def test_a_call_that_is_over_cannot_be_changed(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")
    caller.hangs_up()
    await node.settles()

    with pytest.raises(WrongState, match="completed"):
        await node.change(caller, mute=True)


async def test_another_accounts_call_is_not_found(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    call = await node.call(caller)

    with pytest.raises(NotFound):
        await node.switchboard.change("AC0", call.id, CallChange(mute=True))


@pytest.mark.parametrize(
    ("ordered_s", "after_s", "limit_s", "lasts_s"),
    [(None, 10, 30, 30), (60, 10, 120, 120), (60, 10, 30, 30), (60, 40, 30, 40)],
)
async def test_the_time_limit_of_a_live_call_is_changed_and_counts_from_its_answer(
    node: FakeNode, ordered_s: int | None, after_s: int, limit_s: int, lasts_s: int
) -> None:
    called = await node.calls("+3225550333", STAYS, time_limit_s=ordered_s)
    called.answers()
    answered_s = node.services.clock.monotonic()
    await node.passes(after_s)

    changed = await node.change(called, time_limit_s=limit_s)
    await called.is_hung_up()
    await node.settles()

    assert changed.options.time_limit_s == limit_s
    assert node.services.clock.monotonic() - answered_s == pytest.approx(lasts_s, abs=0.5)
    assert [event.facts for event in await node.events(called, "time_limit")] == [{"seconds": limit_s}]


async def test_the_time_limit_of_a_call_that_rings_counts_from_its_answer_too(node: FakeNode) -> None:
    called = await node.calls("+3225550333", STAYS)
    called.rings()
    await node.change(called, time_limit_s=20)
    await node.passes(10)
    called.answers()
    answered_s = node.services.clock.monotonic()

    await called.is_hung_up()

    assert node.services.clock.monotonic() - answered_s == pytest.approx(20, abs=0.5)


async def test_the_status_of_a_live_call_is_told_elsewhere_from_the_change_on(node: FakeNode) -> None:
    before, after = "https://customer.example/before", "https://customer.example/after"
    called = await node.calls("+3225550333", STAYS, status_callback=before)
    called.answers()
    await called.hears("Hello.")

    await node.change(called, status_callback=Callback(after, "GET", ("completed",)))
    called.hangs_up()
    await node.settles()

    assert [form["CallStatus"] for form in await node.told(before)] == ["queued", "in-progress"]
    assert [form["CallStatus"] for form in await node.told(after)] == ["completed"]
