"""A time of the week: in the clock of its place, also over midnight and when clocks change."""

from datetime import UTC, datetime, time

import pytest

from engine.model.route import TimeOfWeek, Weekday

OFFICE = TimeOfWeek(
    "Europe/Brussels",
    frozenset({Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY}),
    time(9),
    time(17),
)
NIGHT = TimeOfWeek("Europe/Brussels", frozenset({Weekday.FRIDAY}), time(22), time(6))


@pytest.mark.parametrize(
    ("moment", "is_in_it"),
    [
        ("2026-11-27T08:00", True),  # a Friday in winter: 9:00 in Brussels
        ("2026-11-27T07:59", False),
        ("2026-11-27T15:59", True),
        ("2026-11-27T16:00", False),
        ("2026-11-28T10:00", False),
        ("2026-07-24T07:00", True),  # in summer: 9:00
    ],
)
def test_office_hours_are_those_of_the_place(moment: str, is_in_it: bool) -> None:
    assert OFFICE.contains(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_in_it


@pytest.mark.parametrize(
    ("moment", "is_in_it"),
    [
        ("2026-11-27T20:59", False),
        ("2026-11-27T21:00", True),
        ("2026-11-28T04:59", True),  # Saturday morning is still Friday's night
        ("2026-11-28T05:00", False),
        ("2026-11-28T21:00", False),
        ("2026-11-27T04:00", False),  # Friday morning is Thursday's
    ],
)
def test_a_night_ends_on_the_next_day(moment: str, is_in_it: bool) -> None:
    assert NIGHT.contains(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_in_it


def test_without_days_and_hours_it_is_always() -> None:
    assert TimeOfWeek("Europe/Berlin").contains(datetime(2026, 11, 29, 2, 30, tzinfo=UTC))
