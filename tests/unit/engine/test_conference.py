"""A conference's life."""

from datetime import UTC, datetime

import pytest

from engine.errors import UnexpectedEvent
from engine.model.conference import NEXT, Conference, ConferenceStatus, Participant, ParticipantChange, become, changed

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
INIT, IN_PROGRESS, COMPLETED = ConferenceStatus


def conference(status: ConferenceStatus) -> Conference:
    return Conference("CF1", "AC1", "standup", status, NOON, "node-1")


def test_the_words_are_the_contracts() -> None:
    assert [str(status) for status in ConferenceStatus] == ["init", "in-progress", "completed"]


@pytest.mark.parametrize("before", ConferenceStatus)
@pytest.mark.parametrize("to", ConferenceStatus)
def test_a_conference_moves_as_its_table_says_and_no_other_way(before: ConferenceStatus, to: ConferenceStatus) -> None:
    held = conference(before)
    if to in NEXT.get(before, ()):
        moved = become(held, to, NOON)
        assert (moved.status, moved.ended_at) == (to, NOON if to is COMPLETED else None)
    else:
        with pytest.raises(UnexpectedEvent):
            become(held, to, NOON)
        assert held == conference(before)


def test_a_completed_conference_stays_so() -> None:
    assert COMPLETED not in NEXT
    assert NEXT[INIT] == {IN_PROGRESS, COMPLETED}


def test_a_participant_changes_where_something_is_given_and_nowhere_else() -> None:
    before = Participant("PA1", "CF1", "CA1", NOON, muted=True, coach="CA2", said_volume=50)

    after = changed(before, ParticipantChange(muted=False, heard_volume=0))

    assert (after.muted, after.heard_volume) == (False, 0)
    assert (after.coach, after.said_volume, after.hold) == ("CA2", 50, False)
    assert changed(before, ParticipantChange()) == before


def test_an_empty_coach_ends_the_coaching() -> None:
    before = Participant("PA1", "CF1", "CA1", NOON, coach="CA2")

    assert changed(before, ParticipantChange(coach="")).coach is None
