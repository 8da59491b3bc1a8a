"""Token buckets: what comes at once, what comes back, and that nobody gets more than that."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.security.rate_limit import Quota, TokenBuckets

QUOTA = Quota(requests=20, window_s=10)
BEGAN_S = 1000.0
LATER_S = BEGAN_S + 3600
"""Buckets are full by then."""


def buckets(most: int = 100) -> TokenBuckets:
    return TokenBuckets(QUOTA, BEGAN_S, most)


def passed(table: TokenBuckets, name: str, now_s: float, tries: int = 100) -> int:
    return sum(not table.take(name, now_s).refused for _ in range(tries))


def test_who_was_quiet_may_send_all_at_once_and_no_more() -> None:
    assert passed(buckets(), "one", LATER_S) == QUOTA.requests


def test_requests_come_back_evenly() -> None:
    table = buckets()
    passed(table, "one", LATER_S)

    assert passed(table, "one", LATER_S + 0.4) == 0
    assert passed(table, "one", LATER_S + 0.5) == 1
    assert passed(table, "one", LATER_S + 3.0) == 5
    assert passed(table, "one", LATER_S + 3600) == QUOTA.requests


def test_what_is_left_is_told_and_when_there_is_more() -> None:
    table = buckets()

    first = table.take("one", LATER_S)
    passed(table, "one", LATER_S)
    refused = table.take("one", LATER_S)

    assert (first.available, first.refused) == (19, False)
    assert (refused.available, refused.again_after_s, refused.refused) == (0, 1, True)


def test_another_has_a_bucket_of_their_own() -> None:
    table = buckets()
    passed(table, "one", LATER_S)

    assert passed(table, "other", LATER_S) == QUOTA.requests


def test_a_node_that_has_just_begun_lets_a_seconds_worth_pass() -> None:
    assert passed(buckets(), "one", BEGAN_S) == 2
    assert passed(buckets(), "one", BEGAN_S + 5) == 12


def test_a_node_that_begins_again_and_again_lets_no_more_pass_than_one_that_stays() -> None:
    starts = [LATER_S + number for number in range(30)]

    assert sum(passed(TokenBuckets(QUOTA, at_s), "one", at_s) for at_s in starts) <= 30 * 2


def test_a_request_that_takes_longer_than_a_second_to_come_back_is_waited_for() -> None:
    table = TokenBuckets(Quota(requests=1, window_s=10), BEGAN_S)

    assert passed(table, "one", BEGAN_S) == 1
    assert table.take("one", BEGAN_S).again_after_s == 10


def test_the_table_keeps_so_many_and_forgets_who_was_quiet_for_longest() -> None:
    table = buckets(most=3)
    for name in ("a", "b", "c"):
        passed(table, name, LATER_S)
    table.take("d", LATER_S)

    assert len(table) == 3
    assert passed(table, "b", LATER_S) == 0
    assert passed(table, "a", LATER_S) == QUOTA.requests


@given(st.lists(st.floats(min_value=0, max_value=3), min_size=1, max_size=200))
def test_in_no_stretch_does_more_pass_than_a_bucket_and_what_came_back(pauses_s: list[float]) -> None:
    table, now_s, times = buckets(), LATER_S, []
    for pause_s in pauses_s:
        now_s += pause_s
        if not table.take("one", now_s).refused:
            times.append(now_s)

    for first, begins_s in enumerate(times):
        for count, ends_s in enumerate(times[first:], 1):
            assert count <= QUOTA.requests + (ends_s - begins_s) / QUOTA.per_request_s + 1e-3


@given(st.lists(st.floats(min_value=0, max_value=3), min_size=1, max_size=200))
def test_who_waits_as_told_is_let_through(pauses_s: list[float]) -> None:
    table, now_s = buckets(), LATER_S
    for pause_s in pauses_s:
        now_s += pause_s / 10
        allowance = table.take("one", now_s)
        if allowance.refused:
            now_s += allowance.again_after_s
            assert not table.take("one", now_s).refused


def test_what_is_told_to_be_left_does_pass() -> None:
    table = buckets()
    left = [table.take("one", LATER_S).available for _ in range(QUOTA.requests)]

    assert all(one == other + 1 for one, other in pairwise(left))
    assert left[-1] == 0
