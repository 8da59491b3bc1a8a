"""Date filters take every moment that RFC 3339 can write, and refuse the rest by name."""

from datetime import UTC, datetime

import pytest

from api.http.moments import moment
from api.http.problems import Invalid

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-01-01T00:00:00Z", NEW_YEAR),
        ("2026-01-01t00:00:00z", NEW_YEAR),
        ("2026-01-01 01:00:00+01:00", NEW_YEAR),
        ("2026-01-01T01:00:00 01:00", NEW_YEAR),
        ("2026-01-01T00:00:00.123Z", NEW_YEAR.replace(microsecond=123_000)),
        ("2026-01-01T00:00:00.1234567Z", NEW_YEAR.replace(microsecond=123_456)),
        ("2026-01-01T00:00:00.123456789Z", NEW_YEAR.replace(microsecond=123_456)),
    ],
)
def test_a_moment_is_read_however_it_is_written(text: str, wanted: datetime) -> None:
    assert moment({"after": text}, "after") == wanted


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-01-01", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", ""],
)
def test_what_is_none_or_beyond_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        moment({"after": text}, "after")


def test_without_a_filter_there_is_none() -> None:
    assert moment({}, "after") is None
