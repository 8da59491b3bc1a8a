"""What can be done with a live call from outside, and when it can't."""

import asyncio

import pytest

from engine.errors import NotFound, WrongState
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.parse import parse
from engine.live.orders import CallChange, PlayInto, SayInto, Side, Transfer, TransferMode
from engine.model.call import Status
from engine.model.callback import Callback
from engine.ports import HoldRefused, Intruded
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, OTHER, dial, talking, told

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
WHISPER = "https://customer.example/whisper"
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


async def test_a_blind_transfer_takes_the_caller_to_the_third_party(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.BLIND, 20))
    third = await node.invited(OTHER)
    assert (await agent.is_hung_up()).by_us
    third.answers()

    await caller.talks_with(third)


@pytest.mark.parametrize(
    ("to", "dialled", "header"),
    [
        ("sip:desk@93.184.216.34?X-Order=7", "sip:desk@93.184.216.34", ("X-Order", "7")),
        ("client:anna?tier=gold", "sip:anna@registrar.example", ("X-Param-tier", "gold")),
    ],
)
async def test_a_transfer_goes_to_a_sip_address_or_a_client_with_its_headers(
    node: FakeNode, to: str, dialled: str, header: tuple[str, str]
) -> None:
    caller, _ = await talking(node)

    await node.change(caller, transfer=Transfer(to, TransferMode.BLIND, 20))
    third = await node.invited(dialled)
    third.answers()

    await caller.talks_with(third)
    caller.hangs_up()
    await node.settles()
    assert node.around.carrier.invites[-1].headers == (header,)
    [transferred] = await node.events(caller, "transferred")
    assert "?" not in str(transferred.facts["to"])


async def test_a_blind_transfer_that_nobody_answers_ends_the_call(node: FakeNode) -> None:
    caller, _ = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.BLIND, 20))
    (await node.invited(OTHER)).rings()

    assert (await caller.is_hung_up()).by_us


async def test_an_attended_transfer_lets_the_agent_speak_first(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    third = await node.invited(OTHER)
    third.answers()
    await agent.talks_with(third)
    assert not caller.can_hear(third)
    await caller.hears("hold music")

    agent.hangs_up()
    await caller.talks_with(third)


async def test_after_an_attended_transfer_that_nobody_answers_agent_and_caller_talk_again(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    (await node.invited(OTHER)).refuses()

    await caller.talks_with(agent)


async def test_after_an_attended_transfer_whose_third_party_leaves_agent_and_caller_talk_again(node: FakeNode) -> None:
    caller, agent = await talking(node)
    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    third = await node.invited(OTHER)
    third.answers()
    await agent.talks_with(third)

    third.hangs_up()

    await caller.talks_with(agent)


async def test_whom_a_dial_called_is_fetched_back_by_who_called_it(node: FakeNode) -> None:
    caller, called = await talking(node)

    await node.change(called, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    (await node.invited(OTHER)).refuses()

    await caller.talks_with(called)
    await node.passes(5)
    assert caller.can_hear(called)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_who_leaves_in_an_attended_transfer_leaves_nobody_on_the_line_for_ever(node: FakeNode, who: str) -> None:
    caller, agent = await talking(node)
    await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))
    third = await node.invited(OTHER)
    third.rings()

    for each in (caller, agent) if who == "caller" else (agent, caller):
        each.hangs_up()
    await third.is_hung_up()
    await node.settles()

    assert node.switchboard.live_calls == 0


async def test_an_attended_transfer_needs_somebody_to_speak(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    with pytest.raises(WrongState, match="talks to nobody"):
        await node.change(caller, transfer=Transfer(OTHER, TransferMode.ATTENDED, 20))


async def test_the_called_party_of_a_dial_can_be_given_a_flow_of_its_own(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(agent, start=parse(STAYS))
    await agent.hears("Hello.")
    await caller.hears("Goodbye.")
    await caller.is_hung_up()

    assert not agent.is_over


async def test_the_called_party_of_a_dial_that_goes_to_a_queue_is_served_there(node: FakeNode) -> None:
    _, agent = await talking(node)

    await node.change(agent, start=parse("<Response><Enqueue>support</Enqueue></Response>"))
    await agent.hears("hold music")
    other = await node.is_called("<Response><Dial><Queue>support</Queue></Dial></Response>")

    await other.talks_with(agent)
    await node.passes(5)
    assert other.can_hear(agent)


async def test_a_called_party_that_is_given_a_flow_during_the_whisper_hears_that_alone(node: FakeNode) -> None:
    node.around.customer.documents[WHISPER] = "<Response><Say>A call for the shop.</Say></Response>"
    caller = await node.is_called(dial(f"<Number url='{WHISPER}'>{AGENT}</Number>"))
    agent = await node.invited(AGENT)
    agent.answers()
    await agent.hears("A call for the shop.")

    await node.change(agent, start=parse(STAYS))
    await agent.hears("Hello.")
    await caller.hears("Goodbye.")

    assert "A call for the shop." not in agent.hears_now
    assert not agent.is_over
    assert (await told(node))["DialCallStatus"] == "no-answer"


async def test_a_caller_who_is_given_another_flow_leaves_the_called_party_to_its_end(node: FakeNode) -> None:
    caller, agent = await talking(node)

    await node.change(caller, start=parse(STAYS))

    await caller.hears("Hello.")
    assert (await agent.is_hung_up()).by_us


async def test_the_last_of_several_flows_given_at_once_is_performed(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Hello.")

    await node.change(caller, start=parse("<Response><Say>First.</Say></Response>"))
    await node.change(caller, start=parse("<Response><Say>Second.</Say></Response>"))
    await caller.hears("Second.")
    await caller.is_hung_up()


@pytest.mark.parametrize(
    "flow",
    [
        "<Response><Enqueue>support</Enqueue></Response>",
        "<Response><Dial timeout='60'><Queue>sales</Queue></Dial></Response>",
    ],
    ids=["waits in a queue", "serves a queue"],
)
async def test_a_flow_given_while_the_one_before_is_being_cut_off_leaves_none_of_its_sounds(
    node: FakeNode, flow: str
) -> None:
    for steps in range(16):
        caller = await node.is_called(flow)
        await caller.hears("hold music")
        call = await node.call(caller)
        for name in ("First", "Second"):
            start = parse(f"<Response><Say>{name}.</Say><Pause length='60'/></Response>")
            await node.switchboard.change(node.account.id, call.id, CallChange(start=start))
            for _ in range(steps):
                await asyncio.sleep(0)

        await caller.hears("Second.")
        await node.passes(5)

        assert caller.hears_now == set()


async def test_another_flow_that_fails_gives_way_to_its_own_fallback(node: FakeNode) -> None:
    spare = "https://customer.example/spare"
    node.around.customer.documents[spare] = STAYS
    caller = await node.is_called("<Response><Pause length='600'/></Response>")
    await node.passes(1)

    await node.change(
        caller, start=GoTo("https://customer.example/gone", HttpMethod.GET), fallback=GoTo(spare, HttpMethod.GET)
    )

    await caller.hears("Hello.")
    assert [each.method for each in node.around.customer.asked[-2:]] == ["GET", "GET"]


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
