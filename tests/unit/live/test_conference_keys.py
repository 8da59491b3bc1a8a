"""What keys do in a conference that lets them."""

import pytest

from engine.model.conference import ConferenceStatus
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.conferences import enters, the_room


async def pair(node: FakeNode) -> tuple[FarEnd, FarEnd]:
    """A moderator and a guest in a room with keys."""
    moderator = await enters(node, keyCommands="true", moderator="true")
    guest = await enters(node)
    await moderator.talks_with(guest)
    return moderator, guest


async def test_star_six_mutes_oneself_and_unmutes(node: FakeNode) -> None:
    moderator, guest = await pair(node)

    guest.presses("*6")
    await guest.hears("The others no longer hear you.")
    assert not moderator.can_hear(guest)

    guest.presses("*6")
    await guest.hears("The others hear you again.")
    assert moderator.can_hear(guest)


async def test_star_two_tells_how_many_others_are_there(node: FakeNode) -> None:
    _, guest = await pair(node)

    guest.presses("*2")

    await guest.hears("There is one other participant.")


async def test_star_four_locks_and_opens_the_room(node: FakeNode) -> None:
    moderator, _ = await pair(node)

    moderator.presses("*4")
    await moderator.hears("The conference is locked.")
    assert (await the_room(node)).locked
    late = await enters(node)
    await late.hears("The conference is locked.")

    moderator.presses("*4")
    await moderator.hears("The conference is open again.")
    assert not (await the_room(node)).locked


async def test_star_five_mutes_all_others_and_unmutes_them(node: FakeNode) -> None:
    moderator, guest = await pair(node)

    moderator.presses("*5")
    await moderator.hears("All participants are muted.")
    assert not moderator.can_hear(guest)
    assert guest.can_hear(moderator)

    moderator.presses("*5")
    await moderator.hears("All participants are heard again.")
    assert moderator.can_hear(guest)


async def test_star_nine_ends_the_conference(node: FakeNode) -> None:
    moderator, guest = await pair(node)
    conference_id = (await the_room(node)).id

    moderator.presses("*9")

    await guest.hears("Goodbye.")
    await moderator.hears("Goodbye.")
    await node.settles()
    ended = await node.services.stores.conferences.get(conference_id)
    assert ended is not None
    assert (ended.status, ended.participant_count) == (ConferenceStatus.COMPLETED, 0)


@pytest.mark.parametrize("keys", ["*4", "*5", "*9"])
async def test_a_guest_is_told_that_only_moderators_may(node: FakeNode, keys: str) -> None:
    moderator, guest = await pair(node)

    guest.presses(keys)
    await guest.hears("Only a moderator can do that.")

    await moderator.talks_with(guest)
    assert not (await the_room(node)).locked


@pytest.mark.parametrize(("keys", "volume"), [("*8", 150), ("*8*8", 225), ("*7", 67), ("*7*8", 100)])
async def test_star_seven_and_eight_change_how_loud_the_others_are(node: FakeNode, keys: str, volume: int) -> None:
    _, guest = await pair(node)

    guest.presses(keys)
    await node.passes(1)

    changes = await node.events(guest, "participant_changed")
    assert changes[-1].facts["heard_volume"] == volume


@pytest.mark.parametrize("keys", ["6", "*", "**", "*1", "#6"])
async def test_other_keys_do_nothing(node: FakeNode, keys: str) -> None:
    moderator, guest = await pair(node)

    guest.presses(keys)
    await node.passes(1)

    await moderator.talks_with(guest)
    assert await node.events(guest, "conference_keys") == []


async def test_a_digit_that_comes_long_after_the_star_does_nothing(node: FakeNode) -> None:
    moderator, guest = await pair(node)

    guest.presses("*")
    await node.passes(3.5)
    guest.presses("6")
    await node.passes(1)

    assert moderator.can_hear(guest)


async def test_in_a_room_without_keys_they_do_nothing(node: FakeNode) -> None:
    first, second = await enters(node), await enters(node)

    second.presses("*6")
    await node.passes(1)

    assert first.can_hear(second)
