"""What those in a conference hear beside each other: music, tones, names, announcements, ringing."""

from functools import partial
from typing import Final

import pytest

from engine.errors import WrongState
from engine.flow.next_step import GoTo, HttpMethod
from engine.live.orders import ConferenceChange, ParticipantOrder
from engine.model.conference import ParticipantChange
from engine.ports import Speech
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.conferences import MUSIC, conference, enters, room_id


async def test_until_it_begins_those_who_wait_hear_music_and_not_each_other(node: FakeNode) -> None:
    first = await enters(node, startConferenceOnEnter="false")
    second = await enters(node, startConferenceOnEnter="false")

    assert first.hears_now == second.hears_now == {MUSIC}
    assert not first.can_hear(second)


async def test_what_the_customer_plays_while_waiting_stops_when_it_begins(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/wait"] = (
        "<Response><Say>The host will come soon.</Say><Pause length='3'/></Response>"
    )
    waiting = await enters(node, startConferenceOnEnter="false", waitUrl="https://customer.example/wait")
    await node.passes(15)
    assert waiting.heard.count("The host will come soon.") >= 2
    assert MUSIC not in waiting.heard

    host = await enters(node)
    await waiting.talks_with(host)
    assert waiting.hears_now <= {"beep"}


@pytest.mark.parametrize(
    ("beep", "hears_coming", "hears_going"),
    [("true", 1, 1), ("onEnter", 1, 0), ("onExit", 0, 1), ("false", 0, 0)],
)
async def test_a_tone_is_heard_on_coming_and_going_as_was_chosen(
    node: FakeNode, beep: str, hears_coming: int, hears_going: int
) -> None:
    first = await enters(node)
    second = await enters(node, beep=beep)
    await node.passes(2)
    assert first.heard.count("beep") == hears_coming

    second.hangs_up()
    await node.passes(2)
    assert first.heard.count("beep") == hears_coming + hears_going


async def test_own_sounds_are_played_in_place_of_the_tone(node: FakeNode) -> None:
    first = await enters(node, enterSound="https://customer.example/in", exitSound="https://customer.example/out")
    second = await enters(node)
    await first.hears("https://customer.example/in")

    second.hangs_up()
    await first.hears("https://customer.example/out")

    assert "beep" not in first.heard


async def test_comings_and_goings_can_be_said(node: FakeNode) -> None:
    first = await enters(node, announce="coming")
    second = await enters(node)
    await first.hears("Somebody has joined")

    second.hangs_up()
    await first.hears("Somebody has left")


async def test_names_are_asked_for_at_the_door_and_heard_by_the_others(node: FakeNode) -> None:
    first = await node.is_called(conference(announce="names"))
    await first.hears("Please say your name")
    await first.hears("beep")
    await node.passes(2)
    first.presses("#")
    await node.passes(1)

    second = await node.is_called(conference())
    await second.hears("Please say your name")
    await second.hears("beep")
    await node.passes(2)
    second.presses("#")

    await first.hears("what was kept")
    await first.hears("has joined the conference.")


async def test_who_hangs_up_while_saying_its_name_never_came_in(node: FakeNode) -> None:
    first = await node.is_called(conference(announce="names"))
    await first.hears("Please say your name")

    first.hangs_up()
    await node.settles()

    assert await node.events(first, "conference_joined") == []


@pytest.mark.parametrize(
    ("others", "says"), [(0, "You are alone"), (1, "There is one other"), (2, "There are 2 other")]
)
async def test_a_roll_call_tells_how_many_are_there(node: FakeNode, others: int, says: str) -> None:
    for _ in range(others):
        await enters(node, rollCall="true")
        await node.passes(5)

    newcomer = await node.is_called(conference(rollCall="true"))

    await newcomer.hears(says)


async def test_who_is_on_hold_in_a_room_hears_music(node: FakeNode) -> None:
    await enters(node)
    second = await enters(node)
    order = ParticipantOrder(ParticipantChange(hold=True))

    await node.switchboard.conferences.change_participant(
        node.account.id, await room_id(node), (await node.call(second)).id, order
    )

    assert second.hears_now == {MUSIC}


async def test_the_far_end_of_a_participant_is_told_of_hold_until_it_leaves(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)
    change = partial(node.switchboard.conferences.change_participant, node.account.id, await room_id(node))
    who = (await node.call(second)).id

    await change(who, ParticipantOrder(ParticipantChange(hold=True)))
    assert (first.leg.held, second.leg.held) == (False, True)

    await node.change(second, hold=True)
    await change(who, ParticipantOrder(ParticipantChange(hold=False)))
    assert second.leg.held, "its call is still on hold"

    await node.change(second, hold=False)
    assert not second.leg.held


async def test_who_leaves_a_room_on_hold_is_on_hold_no_more(node: FakeNode) -> None:
    await enters(node)
    second = await enters(node)
    room, who = await room_id(node), (await node.call(second)).id
    conferences = node.switchboard.conferences
    await conferences.change_participant(node.account.id, room, who, ParticipantOrder(ParticipantChange(hold=True)))

    await conferences.send_out(node.account.id, room, who)
    await node.passes(1)

    assert not second.leg.held


async def test_something_is_said_to_one_participant_alone(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)
    order = ParticipantOrder(say=Speech("Your battery is low.", "en-GB"))

    await node.switchboard.conferences.change_participant(
        node.account.id, await room_id(node), (await node.call(second)).id, order
    )
    await second.hears("Your battery is low.")

    assert "Your battery is low." not in first.heard


async def test_something_is_said_to_all(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)

    await node.switchboard.conferences.change(
        node.account.id, await room_id(node), ConferenceChange(say=Speech("Five minutes left.", "en-GB"))
    )

    await first.hears("Five minutes left.")
    await second.hears("Five minutes left.")


async def test_nothing_can_be_said_before_it_has_begun(node: FakeNode) -> None:
    await enters(node, startConferenceOnEnter="false")

    with pytest.raises(WrongState, match="before it begins"):
        await node.switchboard.conferences.change(
            node.account.id, await room_id(node), ConferenceChange(say=Speech("Hello.", "en-GB"))
        )


async def test_who_is_called_into_a_room_is_heard_ringing_by_those_who_are_there(node: FakeNode) -> None:
    first = await enters(node)

    called = await node.calls("+3225550333", conference(), heard_in=await room_id(node))
    called.rings()
    await first.hears("ringing of be")
    called.answers()
    await first.talks_with(called)

    await first.until(lambda: "ringing of be" not in first.hears_now, "hears it no more")


ANNOUNCED = "https://customer.example/announced"


async def test_a_document_is_heard_by_all_in_its_order(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)
    node.around.customer.documents[ANNOUNCED] = (
        "<Response><Say>Five minutes left.</Say><Pause length='5'/><Redirect method='GET'>more</Redirect></Response>"
    )
    node.around.customer.documents["https://customer.example/more"] = (
        "<Response><Play>/gong.wav</Play><Say loop='2'>The end.</Say></Response>"
    )
    room = await room_id(node)

    await node.switchboard.conferences.change(
        node.account.id, room, ConferenceChange(announce=GoTo(ANNOUNCED, HttpMethod.POST))
    )
    for each in (first, second):
        await each.hears("Five minutes left.")
        await each.hears("https://customer.example/gong.wav")
        await each.hears("The end.")

    (asked,) = node.around.customer.was_asked(ANNOUNCED)
    assert (asked["ConferenceSid"], asked["CallSid"]) == (room, (await node.call(first)).id)


async def test_a_document_is_heard_by_one_participant_alone(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)
    node.around.customer.documents[ANNOUNCED] = "<Response><Say>Your battery is low.</Say></Response>"
    order = ParticipantOrder(announce=GoTo(ANNOUNCED, HttpMethod.GET))

    await node.switchboard.conferences.change_participant(
        node.account.id, await room_id(node), (await node.call(second)).id, order
    )
    await second.hears("Your battery is low.")

    assert "Your battery is low." not in first.heard


async def test_a_file_is_announced_as_it_is(node: FakeNode) -> None:
    first = await enters(node)

    await node.switchboard.conferences.change(
        node.account.id,
        await room_id(node),
        ConferenceChange(announce=GoTo("https://customer.example/gong.wav?v=2", HttpMethod.POST)),
    )

    await first.hears("https://customer.example/gong.wav?v=2")


@pytest.mark.parametrize(
    "document",
    [
        "<Response><Say>Hello.</Say><Hangup/></Response>",
        f"<Response><Redirect>{ANNOUNCED}</Redirect></Response>",
        "no document",
        None,
    ],
)
async def test_a_document_that_can_not_be_heard_is_told_of_and_the_conference_goes_on(
    node: FakeNode, document: str | None
) -> None:
    first = await enters(node)
    if document is not None:
        node.around.customer.documents[ANNOUNCED] = document

    await node.switchboard.conferences.change(
        node.account.id, await room_id(node), ConferenceChange(announce=GoTo(ANNOUNCED, HttpMethod.POST))
    )
    await node.passes(5)

    (noted,) = await node.events(first, "announced")
    assert noted.facts["failure"]
    assert not first.is_over


HELD: Final = "https://customer.example/held"


async def changes(node: FakeNode, who: FarEnd, order: ParticipantOrder) -> None:
    call = await node.call(who)
    await node.switchboard.conferences.change_participant(node.account.id, await room_id(node), call.id, order)


async def test_one_on_hold_hears_what_was_ordered_again_and_again_and_only_then(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)
    soon = "We will be with you soon."
    node.around.customer.documents[HELD] = f"<Response><Say>{soon}</Say><Pause length='5'/></Response>"

    order = ParticipantOrder(ParticipantChange(hold=True), hold_music=GoTo(HELD, HttpMethod.GET))
    await changes(node, second, order)
    await node.passes(20)
    await changes(node, second, ParticipantOrder(ParticipantChange(hold=False)))
    await node.passes(1)
    often = second.heard.count(soon)
    await node.passes(20)

    assert 3 <= often <= 5
    assert second.heard.count(soon) == often
    assert MUSIC not in second.heard
    assert soon not in first.heard
    assert second.can_hear(first)


async def test_our_music_is_heard_on_hold_where_the_ordered_one_is_not_there(node: FakeNode) -> None:
    await enters(node)
    second = await enters(node)

    await changes(node, second, ParticipantOrder(ParticipantChange(hold=True), hold_music=GoTo(HELD, HttpMethod.GET)))
    await node.passes(5)
    assert second.hears_now == {MUSIC}
    assert await node.events(second, "hold_music_failed")

    await changes(node, second, ParticipantOrder(ParticipantChange(hold=False)))
    assert second.hears_now == set()


async def test_a_document_that_says_nothing_is_not_asked_for_all_the_time(node: FakeNode) -> None:
    await enters(node)
    second = await enters(node)
    node.around.customer.documents[HELD] = "<Response/>"

    await changes(node, second, ParticipantOrder(ParticipantChange(hold=True), hold_music=GoTo(HELD, HttpMethod.GET)))
    await node.passes(10)

    assert len(node.around.customer.was_asked(HELD)) <= 12


@pytest.mark.parametrize("beeps", [True, False])
async def test_whether_a_tone_tells_of_leaving_is_changed_while_somebody_is_in(node: FakeNode, *, beeps: bool) -> None:
    first = await enters(node, beep="false")
    second = await enters(node, beep="false" if beeps else "true")
    before = first.heard.count("beep")

    await changes(node, second, ParticipantOrder(beep_on_exit=beeps))
    second.hangs_up()
    await node.passes(3)

    assert first.heard.count("beep") - before == int(beeps)
