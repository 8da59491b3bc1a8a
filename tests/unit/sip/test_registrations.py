"""How a trunk stands that registers at several hosts."""

from datetime import UTC, datetime, timedelta

from sip.trunks.account import NOT_ANSWERED, Registration
from sip.trunks.line import together

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def active(until_s: int) -> Registration:
    return Registration(True, True, 200, "OK", NOW, NOW + timedelta(seconds=until_s))


def test_at_one_host_it_is_what_that_has_answered() -> None:
    assert together({"a": active(60)}) == active(60)


def test_at_all_hosts_it_holds_until_the_first_is_over() -> None:
    stand = together({"a": active(300), "b": active(60)})

    assert (stand.active, stand.code, stand.reason) == (True, 200, "OK")
    assert stand.until == NOW + timedelta(seconds=60)


def test_a_host_that_has_it_not_is_named_and_the_other_counts() -> None:
    refused = Registration(True, False, 403, "Forbidden", NOW, again_at=NOW + timedelta(seconds=9))

    stand = together({"a": active(300), "b": refused})

    assert (stand.active, stand.code, stand.reason) == (True, 403, "Forbidden at b")
    assert (stand.until, stand.again_at) == (NOW + timedelta(seconds=300), refused.again_at)


def test_without_any_it_is_not_registered() -> None:
    assert not together({"a": NOT_ANSWERED, "b": NOT_ANSWERED}).active
