"""Conferences and their participants."""

import asyncio
from dataclasses import replace

import pytest

from engine.errors import StoreError
from engine.model.accounts import Account
from engine.model.conference import Conference, ConferenceStatus, become
from engine.model.conference_options import Announces, RecordedTracks, RoomOptions
from engine.store.calls import Calls
from engine.store.conferences import Conferences
from tests.unit.store.samples import NOON, a_call, a_conference, a_participant, at


@pytest.fixture
async def conference(conferences: Conferences, account: Account) -> Conference:
    made = a_conference(account.id)
    await conferences.add(made)
    return made


async def test_a_conference_comes_back_as_it_was(conferences: Conferences, account: Account) -> None:
    made = a_conference(
        account.id,
        friendly_name="Ü",
        max_participants=3,
        record=True,
        status=ConferenceStatus.COMPLETED,
        ended_at=at(9),
    )

    await conferences.add(made)

    assert await conferences.get(made.id) == made
    assert await conferences.get("CF-unknown") is None


async def test_who_is_in_a_conference_is_counted(
    conferences: Conferences, calls: Calls, account: Account, conference: Conference
) -> None:
    first, second = a_call(account.id), a_call(account.id)
    came, stayed = a_participant(conference, first), a_participant(conference, second, joined_at=at(1), muted=True)
    for call in (first, second):
        await calls.add(call)
    for participant in (came, stayed):
        await conferences.join(participant)

    await conferences.leave(came.id, at(5))
    await conferences.leave(came.id, at(99))
    # What the engine holds of the count may be old; saving must not make it so.
    begun = become(replace(conference, participant_count=77), ConferenceStatus.IN_PROGRESS, at(1))
    await conferences.save(begun, conference)

    stored = await conferences.get(conference.id)
    assert stored == replace(conference, status=ConferenceStatus.IN_PROGRESS, participant_count=1)
    assert await conferences.participants(conference.id) == [stayed]
    assert await conferences.participants(conference.id, here_only=False) == [replace(came, left_at=at(5)), stayed]


async def test_a_conference_that_was_never_stored_can_not_be_saved(conferences: Conferences, account: Account) -> None:
    made = a_conference(account.id)

    with pytest.raises(StoreError):
        await conferences.save(replace(made, locked=True), made)


async def test_by_name_gives_the_accounts_own_open_conference(
    conferences: Conferences, account: Account, stranger: Account
) -> None:
    over = a_conference(account.id, status=ConferenceStatus.COMPLETED, ended_at=NOON, date_created=at(-9))
    theirs = a_conference(stranger.id, date_created=at(-8))
    ours = a_conference(account.id)
    for conference in (over, theirs, ours):
        await conferences.add(conference)

    assert await conferences.by_name(account.id, "standup") == ours
    assert await conferences.by_name(account.id, "Standup") is None


async def test_conferences_are_found_by_status_and_name_newest_first(
    conferences: Conferences, account: Account, stranger: Account
) -> None:
    oldest = a_conference(account.id, friendly_name="board", date_created=at(-9))
    running = a_conference(account.id, friendly_name="sales", status=ConferenceStatus.IN_PROGRESS)
    newest = a_conference(account.id, date_created=at(9))
    for conference in (newest, oldest, running, a_conference(stranger.id)):
        await conferences.add(conference)

    assert await conferences.find(account.id) == ([newest, running, oldest], 3)
    assert await conferences.find(account.id, page=2, page_size=2) == ([oldest], 3)
    assert await conferences.find(account.id, status=ConferenceStatus.IN_PROGRESS) == ([running], 1)
    assert await conferences.find(account.id, name="board") == ([oldest], 1)


async def test_a_nodes_open_conferences_are_found(conferences: Conferences, account: Account) -> None:
    waiting = a_conference(account.id)
    running = a_conference(account.id, friendly_name="sales", status=ConferenceStatus.IN_PROGRESS, date_created=at(1))
    over = a_conference(account.id, status=ConferenceStatus.COMPLETED, ended_at=NOON)
    for conference in (waiting, running, over, a_conference(account.id, friendly_name="hall", node="node-2")):
        await conferences.add(conference)

    assert await conferences.open_on("node-1") == [waiting, running]


async def test_what_a_conference_is_like_and_its_pins_come_back(conferences: Conferences, account: Account) -> None:
    options = RoomOptions(
        language="nl-BE", wait_for_moderator=True, announce=Announces.NAMES, roll_call=True, key_commands=True,
        enter_sound="https://shop.example/in.wav", sample_rate=48_000, recorded_tracks=RecordedTracks.PARTICIPANTS,
    )  # fmt: skip
    made = a_conference(account.id, options=options, pin=b"1" * 32, moderator_pin=b"2" * 32)

    await conferences.add(made)

    assert await conferences.get(made.id) == made


async def test_only_conferences_that_nobody_ever_entered_are_unvisited(
    conferences: Conferences, calls: Calls, account: Account, conference: Conference
) -> None:
    visited, new = a_conference(account.id, friendly_name="sales"), a_conference(account.id, friendly_name="board")
    elsewhere = a_conference(account.id, friendly_name="hall", node="other")
    call = a_call(account.id)
    for each in (visited, replace(new, date_created=at(100)), elsewhere):
        await conferences.add(each)
    await calls.add(call)
    stay = a_participant(visited, call)
    await conferences.join(stay)
    await conferences.leave(stay.id, at(1))

    assert await conferences.unvisited(conference.node, at(50)) == [conference]


async def test_of_two_nodes_that_open_one_name_at_once_both_have_the_first(
    conferences: Conferences, account: Account
) -> None:
    ours, theirs = a_conference(account.id), a_conference(account.id, node="node-2")

    opened = await asyncio.gather(conferences.add(ours), conferences.add(theirs))

    assert opened[0] == opened[1]
    assert (await conferences.find(account.id))[1] == 1


async def test_a_name_is_free_again_once_its_conference_is_over(
    conferences: Conferences, account: Account, conference: Conference
) -> None:
    assert await conferences.advance(become(conference, ConferenceStatus.COMPLETED, NOON))

    another = a_conference(account.id)

    assert await conferences.add(another) == another


async def test_one_node_alone_ends_a_conference(conferences: Conferences, conference: Conference) -> None:
    over = become(conference, ConferenceStatus.COMPLETED, NOON)

    ended = await asyncio.gather(conferences.advance(over), conferences.advance(over))

    assert sorted(ended) == [False, True]


async def test_what_another_node_has_changed_is_not_undone(conferences: Conferences, conference: Conference) -> None:
    await conferences.save(replace(conference, locked=True), conference)
    await conferences.save(replace(conference, max_participants=7), conference)

    assert await conferences.get(conference.id) == replace(conference, locked=True, max_participants=7)


async def test_one_leaf_alone_becomes_the_root(conferences: Conferences, conference: Conference) -> None:
    won = await asyncio.gather(*(conferences.claim(conference.id, conference.node, leaf) for leaf in ("b", "c")))

    stored = await conferences.get(conference.id)
    assert sorted(won) == [False, True]
    assert stored is not None
    assert stored.node == ("b" if won[0] else "c")


async def test_no_more_enter_at_once_than_there_are_places(
    conferences: Conferences, calls: Calls, account: Account
) -> None:
    conference = await conferences.add(a_conference(account.id, max_participants=2))
    stays = []
    for _ in range(5):
        call = a_call(account.id)
        await calls.add(call)
        stays.append(a_participant(conference, call))

    entered = await asyncio.gather(*(conferences.enter(stay) for stay in stays))

    assert sorted(had_room for _, had_room in entered) == [False, False, False, True, True]
    assert len(await conferences.participants(conference.id)) == 2


async def test_the_nodes_of_a_conference_are_its_root_and_those_where_somebody_is_in_it(
    conferences: Conferences, calls: Calls, account: Account, conference: Conference
) -> None:
    of_leaf, of_gone = a_call(account.id, node="leaf"), a_call(account.id, node="gone")
    for call in (of_leaf, of_gone):
        await calls.add(call)
    left = a_participant(conference, of_gone)
    for stay in (a_participant(conference, of_leaf), left):
        await conferences.join(stay)
    await conferences.leave(left.id, at(1))

    assert await conferences.nodes_in(conference.id) == {conference.node, "leaf"}
