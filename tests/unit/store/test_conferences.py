"""Conferences and their participants."""

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
    await conferences.save(become(replace(conference, participant_count=77), ConferenceStatus.IN_PROGRESS, at(1)))

    stored = await conferences.get(conference.id)
    assert stored == replace(conference, status=ConferenceStatus.IN_PROGRESS, participant_count=1)
    assert await conferences.participants(conference.id) == [stayed]
    assert await conferences.participants(conference.id, here_only=False) == [replace(came, left_at=at(5)), stayed]


async def test_a_conference_that_was_never_stored_can_not_be_saved(conferences: Conferences, account: Account) -> None:
    with pytest.raises(StoreError):
        await conferences.save(a_conference(account.id))


async def test_by_name_gives_the_accounts_own_open_conference(
    conferences: Conferences, account: Account, stranger: Account
) -> None:
    over = a_conference(account.id, status=ConferenceStatus.COMPLETED, ended_at=NOON, date_created=at(-9))
    theirs = a_conference(stranger.id, date_created=at(-8))
    first, second = a_conference(account.id), a_conference(account.id, date_created=at(1))
    for conference in (over, theirs, second, first):
        await conferences.add(conference)

    assert await conferences.by_name(account.id, "standup") == first
    assert await conferences.by_name(account.id, "Standup") is None


async def test_conferences_are_found_by_status_and_name_newest_first(
    conferences: Conferences, account: Account, stranger: Account
) -> None:
    oldest = a_conference(account.id, friendly_name="board", date_created=at(-9))
    running = a_conference(account.id, status=ConferenceStatus.IN_PROGRESS)
    newest = a_conference(account.id, date_created=at(9))
    for conference in (newest, oldest, running, a_conference(stranger.id)):
        await conferences.add(conference)

    assert await conferences.find(account.id) == ([newest, running, oldest], 3)
    assert await conferences.find(account.id, page=2, page_size=2) == ([oldest], 3)
    assert await conferences.find(account.id, status=ConferenceStatus.IN_PROGRESS) == ([running], 1)
    assert await conferences.find(account.id, name="board") == ([oldest], 1)


async def test_a_nodes_open_conferences_are_found(conferences: Conferences, account: Account) -> None:
    waiting = a_conference(account.id)
    running = a_conference(account.id, status=ConferenceStatus.IN_PROGRESS, date_created=at(1))
    over = a_conference(account.id, status=ConferenceStatus.COMPLETED, ended_at=NOON)
    for conference in (waiting, running, over, a_conference(account.id, node="node-2")):
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
    visited, new, elsewhere = a_conference(account.id), a_conference(account.id), a_conference(account.id, node="other")
    call = a_call(account.id)
    for each in (visited, replace(new, date_created=at(100)), elsewhere):
        await conferences.add(each)
    await calls.add(call)
    stay = a_participant(visited, call)
    await conferences.join(stay)
    await conferences.leave(stay.id, at(1))

    assert await conferences.unvisited(conference.node, at(50)) == [conference]
