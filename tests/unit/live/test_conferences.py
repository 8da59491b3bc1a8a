"""Conferences: who comes in, who hears whom, when they begin and end."""

from engine.live.orders import ConferenceChange
from engine.model.conference import ConferenceStatus
from engine.testing.node import FakeNode
from tests.unit.live.conferences import MUSIC, ROOM, conference, enters, room_id
from tests.unit.live.words import DONE


async def test_all_in_a_room_hear_each_other(node: FakeNode) -> None:
    first, second, third = await enters(node), await enters(node), await enters(node)

    await first.talks_with(second, third)


async def test_who_is_muted_hears_and_is_not_heard(node: FakeNode) -> None:
    first, listener = await enters(node), await enters(node, muted="true")

    assert listener.can_hear(first)
    assert not first.can_hear(listener)


async def test_whoever_leaves_is_no_longer_heard_and_the_others_go_on(node: FakeNode) -> None:
    first, second, third = await enters(node), await enters(node), await enters(node)

    second.hangs_up()
    await node.passes(0.5)

    await first.talks_with(third)
    assert not first.can_hear(second)


async def test_the_last_to_leave_ends_the_conference(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)
    conference_id = await room_id(node)

    first.hangs_up()
    second.hangs_up()
    await node.settles()

    stored = await node.services.stores.conferences.get(conference_id)
    assert stored is not None
    assert stored.status is ConferenceStatus.COMPLETED
    assert await node.services.stores.conferences.by_name(node.account.id, ROOM) is None


async def test_it_begins_with_the_first_who_may_begin_it(node: FakeNode) -> None:
    waiting = await enters(node, startConferenceOnEnter="false")
    host = await enters(node)

    await waiting.talks_with(host)
    assert MUSIC not in waiting.hears_now


async def test_it_ends_for_all_when_one_leaves_with_whom_it_ends(node: FakeNode) -> None:
    host, guest = await enters(node, endConferenceOnExit="true"), await enters(node)

    host.hangs_up()
    await guest.hears("Goodbye.")

    params = node.around.customer.was_asked(DONE)
    assert {each["DialCallStatus"] for each in params} == {"answered"}


async def test_a_full_room_takes_nobody_in_and_says_so(node: FakeNode) -> None:
    await enters(node, maxParticipants="1")
    late = await node.is_called(conference())

    await late.hears("The conference is full.")
    await late.hears("Goodbye.")

    [told] = node.around.customer.was_asked(DONE)
    assert (told["CallSid"], told["ConferenceStatus"]) == ((await node.call(late)).id, "full")
    assert told["DialCallStatus"] == "failed"


async def test_a_locked_room_takes_nobody_in_until_it_is_opened(node: FakeNode) -> None:
    await enters(node)
    conferences, account = node.switchboard.conferences, node.account.id
    await conferences.change(account, await room_id(node), ConferenceChange(locked=True))
    late = await node.is_called(conference())
    await late.hears("The conference is locked.")
    await late.hears("Goodbye.")
    [told] = node.around.customer.was_asked(DONE)
    assert (told["CallSid"], told["ConferenceStatus"]) == ((await node.call(late)).id, "locked")

    await conferences.change(account, await room_id(node), ConferenceChange(locked=False))

    other = await enters(node)
    await node.passes(1)
    assert not other.is_over


async def test_who_has_been_long_enough_goes_on_with_its_flow(node: FakeNode) -> None:
    await enters(node)
    guest = await enters(node, dial="timeLimit='30'")

    await guest.hears("Goodbye.")

    assert node.around.customer.was_asked(DONE)[0]["DialCallDuration"] == "30"


async def test_star_leaves_where_the_flow_says_so(node: FakeNode) -> None:
    await enters(node)
    guest = await enters(node, dial="hangupOnStar='true'")

    guest.presses("*")

    await guest.hears("Goodbye.")


async def test_a_coach_is_heard_by_the_one_it_coaches_alone(node: FakeNode) -> None:
    agent, customer = await enters(node), await enters(node)
    coach = await enters(node, coach=(await node.call(agent)).id)

    assert agent.can_hear(coach)
    assert not customer.can_hear(coach)
    assert coach.can_hear(customer)


async def test_a_coach_whose_coached_has_left_is_heard_by_nobody(node: FakeNode) -> None:
    agent, customer = await enters(node), await enters(node)
    coach = await enters(node, coach=(await node.call(agent)).id)

    agent.hangs_up()
    await node.passes(0.5)

    assert not customer.can_hear(coach)


async def test_who_comes_after_others_gave_up_at_the_door_is_in_the_same_conference(node: FakeNode) -> None:
    caller = await node.is_called(conference(pin="1234"))
    await caller.hears("Please enter the PIN")
    made = await room_id(node)
    caller.hangs_up()
    await node.settles()

    first = await enters(node, moderator="true")
    second = await enters(node, moderator="true")

    await first.talks_with(second)
    assert await room_id(node) == made


async def test_two_who_enter_at_once_are_in_one_room(node: FakeNode) -> None:
    first = await node.is_called(conference())
    second = await node.is_called(conference())

    await first.talks_with(second)


async def test_a_database_that_fails_keeps_nobody_out(node: FakeNode) -> None:
    first = await node.is_called(f"<Response><Say>Hello.</Say>{conference()[10:]}")
    second = await node.is_called(f"<Response><Say>Hello.</Say>{conference()[10:]}")
    await second.hears("Hello.")

    with node.database_failing():
        await first.talks_with(second)
        first.hangs_up()
        await node.passes(3)
    second.hangs_up()
    await node.settles()
    await node.passes(10)

    assert await node.services.stores.conferences.by_name(node.account.id, ROOM) is None
