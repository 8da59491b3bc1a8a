"""RFC 9111, as far as a cache of one account needs it."""

from datetime import UTC, datetime

import pytest

from engine.webhooks.media.freshness import freshness, refreshed, validators

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
DATE = "Tue, 24 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "fresh_s"),
    [
        ({}, 0),
        ({"ETag": '"a"'}, 0),
        ({"Cache-Control": "max-age=60"}, 60),
        ({"cache-control": 'public, MAX-AGE="60"'}, 60),
        ({"Cache-Control": "max-age=60", "Age": "20"}, 40),
        ({"Cache-Control": "max-age=60", "Age": "80"}, 0),
        ({"Cache-Control": "max-age=60, no-cache"}, 0),
        ({"Cache-Control": "private, max-age=60"}, 60),
        ({"Cache-Control": "max-age=60, s-maxage=5"}, 60),
        ({"Cache-Control": "max-age=soon"}, 0),
        ({"Cache-Control": "max-age=-1"}, 0),
        ({"Cache-Control": f"max-age={'9' * 15}"}, 2.0**31),
        ({"Expires": "Tue, 24 Nov 2026 12:01:00 GMT", "Date": DATE}, 60),
        ({"Expires": "Tue, 24 Nov 2026 12:01:00 GMT"}, 60),
        ({"Expires": "Tue, 24 Nov 2026 12:01:00 GMT", "Cache-Control": "max-age=5"}, 5),
        ({"Expires": "0", "Date": DATE}, 0),
        ({"Expires": "Tue, 24 Nov 2026 11:00:00 GMT"}, 0),
        ({"Last-Modified": "Tue, 24 Nov 2020 11:00:00 GMT"}, 0),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], fresh_s: float) -> None:
    judged = freshness(headers, NOW)
    assert (judged.storable, judged.fresh_s) == (True, fresh_s)


@pytest.mark.parametrize("headers", [{"Cache-Control": "no-store, max-age=60"}, {"Vary": "Accept, *"}])
def test_what_may_not_be_kept(headers: dict[str, str]) -> None:
    assert not freshness(headers, NOW).storable


def test_a_question_names_what_the_answer_was_known_by() -> None:
    assert validators({}) == {}
    assert validators({"etag": 'W/"a"', "Last-Modified": DATE}) == {
        "If-None-Match": 'W/"a"',
        "If-Modified-Since": DATE,
    }


def test_a_confirmation_updates_what_is_stored() -> None:
    stored = {"ETag": '"a"', "Cache-Control": "max-age=5", "Age": "4"}
    assert refreshed(stored, {"Cache-Control": "max-age=9", "X-Other": "x"}) == {
        "ETag": '"a"',
        "Cache-Control": "max-age=9",
    }
