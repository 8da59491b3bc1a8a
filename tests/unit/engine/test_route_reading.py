"""The fields of a route: what may be given, and what is said of what may not."""

from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidField
from engine.model.route import TimeOfWeek, Weekday
from engine.model.route.reading import read_route, read_times, written_times

WORKDAYS = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}


def test_all_fields_are_read() -> None:
    chosen = read_route(
        {"prefix": "+32", "from_prefix": "+3225550", "priority": 2, "weight": 0, "cost": "0.0125",
         "times": "mon-fri 09:00-17:30 Europe/Brussels"}
    )  # fmt: skip

    assert chosen == {
        "called_prefix": "+32", "caller_prefix": "+3225550", "priority": 2, "weight": 0, "cost": Decimal("0.0125"),
        "times": TimeOfWeek("Europe/Brussels", WORKDAYS, time(9), time(17, 30)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("daily UTC", TimeOfWeek("UTC")),
        ("sat,sun UTC", TimeOfWeek("UTC", frozenset({Weekday.SATURDAY, Weekday.SUNDAY}))),
        ("fri-mon 22:00-06:00 UTC", TimeOfWeek("UTC", frozenset(Weekday) - {1, 2, 3}, time(22), time(6))),
        ("Mon 18:00-24:00 UTC", TimeOfWeek("UTC", frozenset({Weekday.MONDAY}), time(18), time.min)),
    ],
)
def test_days_and_hours_are_read(text: str, meant: TimeOfWeek) -> None:
    assert read_times(text) == meant


@given(
    st.builds(
        TimeOfWeek,
        st.sampled_from(["UTC", "Europe/Brussels"]),
        st.frozensets(st.sampled_from(Weekday), min_size=1),
        st.times().map(lambda each: each.replace(second=0, microsecond=0)),
        st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    )
)
def test_times_that_are_written_are_read_as_they_were(times: TimeOfWeek) -> None:
    assert read_times(written_times(times)) == times


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("prefix", "32-2"),
        ("prefix", "+"),
        ("from_prefix", "sip:a@b"),
        ("priority", -1),
        ("weight", "1"),
        ("cost", "cheap"),
        ("cost", 0.01),
        ("times", "mon-fri"),
        ("times", "monday UTC"),
        ("times", "mon 9-17 UTC"),
        ("times", "mon 09:00-24:01 UTC"),
        ("times", "mon 09:00-25:00 UTC"),
        ("times", "mon Mars/Olympus"),
        ("times", "mon ../etc/passwd"),
        ("times", ""),
    ],
)
def test_what_is_wrong_is_named(field: str, wrong: object) -> None:
    with pytest.raises(InvalidField) as refused:
        read_route({field: wrong})

    assert refused.value.field == field
