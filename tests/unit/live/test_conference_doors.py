"""The door of a conference: PINs, how often they may be wrong, and who is a moderator."""

import pytest

from engine.model.conference import ConferenceStatus
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.conferences import MUSIC, conference, enters, the_room
from tests.unit.live.words import DONE

ENTER_PIN = "Please enter the PIN"
WRONG_PIN = "That PIN is not right."


async def at_the_door(node: FakeNode, **attributes: str) -> FarEnd:
    """Somebody who is asked for the PIN."""
    far_end = await node.is_called(conference(**attributes))
    await far_end.hears(ENTER_PIN)
    return far_end


async def is_inside(node: FakeNode, far_end: FarEnd) -> bool:
    await node.passes(1)
    return bool(await node.events(far_end, "conference_joined"))


@pytest.mark.parametrize(("keys", "comes_in"), [("1234#", True), ("1235#", False), ("#", False), ("12345#", False)])
async def test_only_the_right_pin_opens(node: FakeNode, keys: str, comes_in: bool) -> None:
    caller = await at_the_door(node, pin="1234")

    caller.presses(keys)

    assert await is_inside(node, caller) is comes_in


async def test_a_pin_without_the_hash_key_is_read_after_five_seconds(node: FakeNode) -> None:
    caller = await at_the_door(node, pin="1234")

    caller.presses("1234")
    await node.passes(4.9)
    assert await node.events(caller, "conference_joined") == []

    assert await is_inside(node, caller)


async def test_the_first_key_silences_the_prompt(node: FakeNode) -> None:
    caller = await at_the_door(node, pin="1234")

    caller.presses("1")
    await node.passes(0.1)

    assert caller.hears_now == set()


async def test_a_wrong_pin_may_be_tried_again_twice(node: FakeNode) -> None:
    caller = await at_the_door(node, pin="1234")
    caller.presses("1111#")
    await caller.hears(WRONG_PIN)
    await caller.hears(ENTER_PIN)
    caller.presses("2222#")
    await caller.hears(ENTER_PIN)
    caller.presses("1234#")

    assert await is_inside(node, caller)


async def test_after_three_wrong_pins_the_flow_goes_on(node: FakeNode) -> None:
    caller = await at_the_door(node, pin="1234")
    for _ in range(2):
        caller.presses("1111#")
        await caller.hears(ENTER_PIN)
    caller.presses("1111#")
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["DialCallStatus"], params["ConferenceStatus"]) == ("failed", "wrong-pin")


async def test_a_caller_who_guesses_on_every_call_is_no_longer_asked(node: FakeNode) -> None:
    await enters(node, pin="1234", moderator="true")
    for _ in range(3):
        guesser = await node.is_called(conference(), caller="+3225551666")
        for _ in range(3):
            await guesser.hears(ENTER_PIN)
            guesser.presses("1111#")
        await guesser.is_hung_up()

    again = await node.is_called(conference(), caller="+3225551666")
    await again.is_hung_up()

    assert ENTER_PIN not in " ".join(again.heard)


async def test_nine_wrong_pins_keep_a_caller_out_whose_flow_tries_again_and_again(node: FakeNode) -> None:
    node.around.customer.documents[DONE] = conference(pin="1234")
    guesser = await node.is_called(conference(pin="1234"))
    for _ in range(9):
        await guesser.hears(ENTER_PIN)
        guesser.presses("0000#")
    await node.passes(10)
    refused = await node.events(guesser, "pin_refused")
    guesser.hangs_up()
    await node.settles()

    params = node.around.customer.was_asked(DONE)
    assert refused
    assert len(params) >= 4
    assert {(each["DialCallStatus"], each["ConferenceStatus"]) for each in params} == {("failed", "wrong-pin")}


async def test_somebody_else_is_asked_all_the_same(node: FakeNode) -> None:
    await enters(node, pin="1234", moderator="true")
    guesser = await node.is_called(conference(), caller="+3225551666")
    for _ in range(3):
        await guesser.hears(ENTER_PIN)
        guesser.presses("1111#")

    other = await node.is_called(conference())
    await other.hears(ENTER_PIN)
    other.presses("1234#")

    assert await is_inside(node, other)


async def test_a_moderator_of_the_flow_needs_no_pin(node: FakeNode) -> None:
    moderator = await enters(node, pin="1234", moderator="true")

    assert ENTER_PIN not in " ".join(moderator.heard)
    assert await is_inside(node, moderator)


async def test_who_waits_for_a_moderator_hears_music_until_one_comes(node: FakeNode) -> None:
    guest = await enters(node, waitForModerator="true")
    assert guest.hears_now == {MUSIC}

    moderator = await enters(node, moderator="true")

    await guest.talks_with(moderator)


async def test_the_moderators_pin_makes_a_moderator(node: FakeNode) -> None:
    attributes = {"pin": "1234", "moderatorPin": "9876", "waitForModerator": "true"}
    guest = await at_the_door(node, **attributes)
    guest.presses("1234#")
    await guest.hears(MUSIC)
    waiting = await the_room(node)

    moderator = await at_the_door(node)
    moderator.presses("9876#")

    await guest.talks_with(moderator)
    await node.passes(1)
    begun = await the_room(node)
    inside = await node.services.stores.conferences.participants(begun.id)
    assert (waiting.status, waiting.participant_count) == (ConferenceStatus.INIT, 1)
    assert (begun.status, begun.participant_count) == (ConferenceStatus.IN_PROGRESS, 2)
    assert {each.call_id: each.moderator for each in inside} == {
        (await node.call(guest)).id: False,
        (await node.call(moderator)).id: True,
    }


async def test_who_hangs_up_at_the_door_was_never_inside(node: FakeNode) -> None:
    caller = await at_the_door(node, pin="1234")

    caller.hangs_up()
    await node.settles()

    assert await node.events(caller, "conference_joined") == []


async def test_who_presses_nothing_is_asked_three_times(node: FakeNode) -> None:
    caller = await at_the_door(node, pin="1234")
    await caller.is_hung_up()

    assert sum(ENTER_PIN in heard for heard in caller.heard) == 3


async def test_who_hangs_up_after_each_wrong_pin_resets_no_tries(node: FakeNode) -> None:
    for _ in range(9):
        guesser = await node.is_called(conference(pin="1234"), caller="+3225551666")
        await guesser.hears(ENTER_PIN)
        guesser.presses("1111#")
        await guesser.hears(WRONG_PIN)
        guesser.hangs_up()
        await node.settles()

    again = await node.is_called(conference(pin="1234"), caller="+3225551666")
    await again.is_hung_up()

    assert again.heard[0] == WRONG_PIN
