"""Hosts of a trunk that answer nothing are pinged, left alone while there are others, and used again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk.reachability import TrunkEventKind
from sip.trunks.breakers import PING_S, PING_WHILE_OPEN_S, TRIAL_S, HostBreakers

HOST, OTHER = "sip.a.example", "sip.b.example"


@pytest.fixture
def breakers() -> HostBreakers:
    return HostBreakers("carrier")


def opened(breakers: HostBreakers, *, answers_pings: bool = True) -> float:
    """The moment at which the host is left alone."""
    if answers_pings:
        breakers.ping_answered(HOST, 0)
    for second in range(3):
        breakers.missed(HOST, second)
    return 2.0


def test_a_host_that_is_left_alone_and_used_again_is_told_once_each() -> None:
    told: list[tuple[TrunkEventKind, str]] = []
    breakers = HostBreakers("carrier", lambda kind, host: told.append((kind, host)))

    now_s = opened(breakers)
    breakers.missed(HOST, now_s + 1)
    for second in range(100, 200):
        breakers.ping_answered(HOST, second)

    assert told == [(TrunkEventKind.HOST_LEFT_ALONE, HOST), (TrunkEventKind.HOST_USED_AGAIN, HOST)]


def test_one_unanswered_invite_leaves_nobody_alone_but_asks(breakers: HostBreakers) -> None:
    breakers.missed(HOST, 0)

    assert breakers.left_alone(0) == frozenset()
    assert breakers.to_ping(0) == [HOST]
    assert breakers.to_ping(PING_S / 2) == []


def test_who_answers_the_ping_is_in_doubt_no_more(breakers: HostBreakers) -> None:
    breakers.missed(HOST, 0)
    breakers.to_ping(0)

    breakers.ping_answered(HOST, 1)

    assert breakers.to_ping(100) == []


def test_pings_that_stay_unanswered_leave_the_host_alone_and_no_other(breakers: HostBreakers) -> None:
    breakers.missed(HOST, 0)
    breakers.answered(OTHER, 0)
    for ping in range(3):
        breakers.to_ping(ping * PING_S)

    assert breakers.left_alone(3 * PING_S) == {HOST}


def test_a_host_that_is_left_alone_is_pinged_and_used_again_after_two_answers(breakers: HostBreakers) -> None:
    now_s = opened(breakers)
    assert breakers.to_ping(now_s) == [HOST]
    assert breakers.to_ping(now_s + PING_S) == []
    assert breakers.to_ping(now_s + PING_WHILE_OPEN_S) == [HOST]

    breakers.ping_answered(HOST, now_s + 11)
    still = breakers.left_alone(now_s + 11)
    breakers.ping_answered(HOST, now_s + 13)

    assert still == {HOST}
    assert breakers.left_alone(now_s + 13) == frozenset()


def test_a_host_that_never_answered_a_ping_is_tried_by_calls_now_and_then(breakers: HostBreakers) -> None:
    now_s = opened(breakers, answers_pings=False)

    assert breakers.left_alone(now_s + TRIAL_S - 1) == {HOST}
    assert breakers.left_alone(now_s + TRIAL_S) == frozenset()
    assert breakers.left_alone(now_s + TRIAL_S + 1) == {HOST}


def test_a_host_that_answers_pings_is_not_tried_by_calls(breakers: HostBreakers) -> None:
    now_s = opened(breakers)

    assert breakers.left_alone(now_s + 10 * TRIAL_S) == {HOST}


def test_a_host_that_has_answered_pings_and_refuses_or_misses_them_is_left_alone_after_three(
    breakers: HostBreakers,
) -> None:
    breakers.ping_answered(HOST, 0)
    breakers.ping_missed(HOST, 1)
    breakers.ping_refused(HOST, 2)
    before = breakers.left_alone(2)
    breakers.ping_refused(HOST, 3)

    assert before == frozenset()
    assert breakers.left_alone(3) == {HOST}


def test_a_host_that_has_answered_no_ping_well_is_not_judged_by_them(breakers: HostBreakers) -> None:
    for second in range(10):
        breakers.ping_missed(HOST, second)
        breakers.ping_refused(HOST, second)

    assert breakers.left_alone(10) == frozenset()


def test_a_keep_alive_that_is_missed_in_doubt_counts_once(breakers: HostBreakers) -> None:
    breakers.ping_answered(HOST, 0)
    breakers.ping_missed(HOST, 4)
    breakers.to_ping(4)
    breakers.to_ping(4 + PING_S)
    breakers.ping_missed(HOST, 8)

    assert breakers.left_alone(8) == frozenset()


def test_hosts_that_the_trunk_has_no_more_are_forgotten(breakers: HostBreakers) -> None:
    now_s = opened(breakers)

    breakers.keep(frozenset({OTHER}))

    assert breakers.left_alone(now_s) == frozenset()
    assert breakers.to_ping(now_s + PING_WHILE_OPEN_S) == []


@given(st.lists(st.sampled_from(["answered", "ping_answered", "ping_missed", "ping_refused", "missed"]), max_size=60))
def test_after_two_answers_in_a_row_no_host_is_left_alone(told: list[str]) -> None:
    breakers = HostBreakers("carrier")
    for second, what in enumerate([*told, "answered", "answered"]):
        getattr(breakers, what)(HOST, float(second))

    assert breakers.left_alone(len(told) + 3.0) == frozenset()
