"""The circuit breaker: some bad pings in a row open it, some good ones close it, a single one does neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.routing.breaker import Breaker, BreakerRule, BreakerState, is_good_answer

RULE = BreakerRule(bad_to_open=3, good_to_close=2)


def after(pings: str, rule: BreakerRule = RULE) -> Breaker:
    """The breaker after pings, a letter each: g for a good one, b for a bad one; one a second."""
    breaker = Breaker("carrier", rule, since=0.0)
    for second, ping in enumerate(pings, start=1):
        breaker = breaker.pinged(ping == "g", float(second))
    return breaker


@pytest.mark.parametrize(
    ("pings", "state"),
    [
        ("", BreakerState.CLOSED),
        ("g", BreakerState.CLOSED),
        ("b", BreakerState.DOUBTFUL),
        ("bb", BreakerState.DOUBTFUL),
        ("bbg", BreakerState.CLOSED),
        ("bbgbb", BreakerState.DOUBTFUL),
        ("bbb", BreakerState.OPEN),
        ("bbbbb", BreakerState.OPEN),
        ("bbbg", BreakerState.RECOVERING),
        ("bbbgb", BreakerState.OPEN),
        ("bbbgbg", BreakerState.RECOVERING),
        ("bbbgg", BreakerState.CLOSED),
        ("bbbggb", BreakerState.DOUBTFUL),
    ],
)
def test_pings_in_a_row_count(pings: str, state: BreakerState) -> None:
    assert after(pings).state is state


def test_one_good_ping_closes_a_breaker_that_asks_for_no_more() -> None:
    assert after("bbg", BreakerRule(bad_to_open=2, good_to_close=1)).state is BreakerState.CLOSED


def test_it_tells_since_when_it_is_open() -> None:
    assert after("gbbbb").since == 4.0


@pytest.mark.parametrize(("bad", "good"), [(1, 2), (0, 2), (3, 0)])
def test_no_rule_lets_one_missed_ping_disable_a_trunk(bad: int, good: int) -> None:
    with pytest.raises(ValueError, match="is at least"):
        BreakerRule(bad_to_open=bad, good_to_close=good)


@pytest.mark.parametrize(
    ("code", "is_good"),
    [(200, True), (404, True), (405, True), (401, True), (408, False), (500, False), (503, False), (None, False)],
)
def test_an_answer_that_only_a_living_trunk_gives_is_good(code: int | None, is_good: bool) -> None:
    assert is_good_answer(code) is is_good


RULES = st.builds(BreakerRule, st.integers(2, 5), st.integers(1, 5))


@given(st.text("gb", max_size=40), RULES)
def test_it_is_open_exactly_from_enough_bad_ones_until_enough_good_ones(pings: str, rule: BreakerRule) -> None:
    last_opened = pings.rfind("b" * rule.bad_to_open)
    since_then = pings[last_opened + rule.bad_to_open :]

    assert after(pings, rule).is_open is (last_opened >= 0 and "g" * rule.good_to_close not in since_then)


@given(st.text("gb", max_size=40), RULES)
def test_one_ping_never_opens_a_closed_breaker(pings: str, rule: BreakerRule) -> None:
    settled = after(pings + "g" * rule.good_to_close, rule)

    assert not settled.is_open
    assert not settled.pinged(good=False, now=99.0).is_open
