"""Whose turn it is of lines that wait, as they stand at a moment."""

from engine.routing.pacing import Pace, PacedLine, next_turns, wait_s


def test_a_line_may_begin_when_its_pace_lets_it_and_it_is_not_full() -> None:
    free = PacedLine("a", Pace(calls_per_s=2), first=1, free_in_s=0.0)
    early = PacedLine("a", Pace(calls_per_s=2), first=1, free_in_s=0.25)
    full = PacedLine("a", Pace(calls_at_once=1), first=1, going_on=1)

    assert [each.may_begin for each in (free, early, full)] == [True, False, False]
    assert PacedLine("a", Pace(calls_at_once=2), first=1, going_on=1).may_begin


def test_accounts_have_their_turns_in_the_order_of_the_last() -> None:
    lines = [PacedLine("a", Pace(), 1, turn=3), PacedLine("b", Pace(), 4, turn=1), PacedLine("c", Pace(), 5, turn=1)]

    assert [each.account_id for each in next_turns(lines)] == ["b", "c", "a"]
    assert next_turns([PacedLine("a", Pace(), 1, free_in_s=1.0)]) == []


def test_time_alone_lets_begin_who_is_not_full() -> None:
    full = PacedLine("a", Pace(calls_at_once=1), 1, going_on=1)
    later, soon = PacedLine("b", Pace(), 2, free_in_s=5.0), PacedLine("c", Pace(), 3, free_in_s=0.5)

    assert wait_s([full, later, soon]) == 0.5
    assert wait_s([PacedLine("a", Pace(), 1, free_in_s=-3.0)]) == 0.0
    assert wait_s([full]) is None
    assert wait_s([]) is None


def test_a_pace_says_how_far_apart_calls_begin_and_when_to_ask_again() -> None:
    assert (Pace(calls_per_s=4).apart_s, Pace().apart_s) == (0.25, 0.0)
    assert (Pace(calls_per_s=0.1).again_after_s, Pace(calls_per_s=4).again_after_s, Pace().again_after_s) == (10, 1, 1)
