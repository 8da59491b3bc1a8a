"""Keys in a conference: * and a digit, read as plain data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.conference_keys import AFTER_STAR_S, KEYS, KeyReader, RoomCommand, volume_after


def commands(presses: list[tuple[str, float]]) -> list[RoomCommand]:
    reader, found = KeyReader(), []
    for key, now_s in presses:
        reader, command = reader.pressed(key, now_s)
        found += [command] if command else []
    return found


@pytest.mark.parametrize(("digit", "command"), KEYS.items())
def test_star_and_a_digit_are_a_command(digit: str, command: RoomCommand) -> None:
    assert commands([("*", 0), (digit, 1)]) == [command]


def test_a_digit_alone_or_too_late_is_none() -> None:
    assert commands([("6", 0), ("*", 1), ("6", 1 + AFTER_STAR_S + 0.1)]) == []


def test_a_second_star_begins_anew_and_a_command_is_done_once() -> None:
    assert commands([("*", 0), ("*", 2.5), ("6", 5), ("6", 5.1)]) == [RoomCommand.MUTE]


@given(st.lists(st.tuples(st.sampled_from("0123456789*#"), st.floats(0, 10))))
def test_never_more_commands_than_stars(presses: list[tuple[str, float]]) -> None:
    assert len(commands(presses)) <= sum(key == "*" for key, _ in presses)


def test_volumes_go_back_the_way_they_came_and_stay_within_limits() -> None:
    assert volume_after(volume_after(100, RoomCommand.LOUDER), RoomCommand.SOFTER) == 100
    assert volume_after(400, RoomCommand.LOUDER) == 400
    assert volume_after(20, RoomCommand.SOFTER) == 20
