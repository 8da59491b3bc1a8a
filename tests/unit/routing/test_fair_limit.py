"""Max-min fairness: who is below the fair share comes first, nothing stays unused, nobody loses what he has."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.routing.fair_limit import FairLimit, fair_level


@pytest.mark.parametrize(
    ("demands", "limit", "level"),
    [
        ([inf, inf], 10, 5),
        ([2, inf, inf], 10, 4),
        ([2, 3, inf], 10, 5),
        ([90, inf], 100, 50),
        ([1, 2], 10, inf),
        ([], 10, inf),
    ],
)
def test_what_the_modest_leave_is_shared_by_the_others(demands: list[float], limit: int, level: float) -> None:
    assert fair_level(demands, limit) == level


def test_one_account_may_use_all_while_nobody_else_asks() -> None:
    limit = FairLimit(10, 30.0, used={"big": 9})

    assert limit.has_room("big", now=0.0)


def test_without_a_limit_there_is_always_room() -> None:
    assert FairLimit(None, 30.0, used={"big": 10_000}).has_room("big", now=0.0)


def test_what_becomes_free_is_kept_for_who_was_refused_below_the_share() -> None:
    full = FairLimit(10, 30.0, used={"big": 10})

    after = full.refused("small", now=0.0).freed("big")

    assert not after.has_room("big", now=1.0)
    assert after.has_room("small", now=1.0)


def test_a_claim_that_nobody_comes_back_for_ends() -> None:
    after = FairLimit(10, 30.0, used={"big": 10}).refused("small", now=0.0).freed("big")

    assert not after.has_room("big", now=29.0)
    assert after.has_room("big", now=30.0)


def test_who_has_more_than_the_share_gets_no_claim() -> None:
    full = FairLimit(10, 30.0, used={"big": 7, "small": 3}).refused("small", now=0.0)

    assert full.refused("big", now=0.0).claims == full.claims == {"small": 30.0}


def test_a_met_claim_is_over() -> None:
    after = FairLimit(10, 30.0, used={"big": 10}).refused("small", now=0.0).freed("big").taken("small")

    assert after.claims == {}
    assert after.used == {"big": 9, "small": 1}


STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.floats(0, 20)), max_size=80)


@given(st.integers(1, 8), STEPS)
def test_the_limit_holds_and_who_is_below_the_share_is_refused_only_when_it_is_full(
    most: int, steps: list[tuple[str, bool, float]]
) -> None:
    limit, now = FairLimit(most, 30.0), 0.0

    for account, begins, pause in steps:
        now += pause
        if not begins:
            limit = limit.freed(account) if limit.used.get(account) else limit
        elif limit.has_room(account, now):
            limit = limit.taken(account)
        else:
            assert sum(limit.used.values()) == most or not limit.is_below_share(account, now)
            limit = limit.refused(account, now)
        assert sum(limit.used.values()) <= most


@given(st.integers(4, 12))
def test_who_asks_again_and_again_comes_to_the_fair_share(most: int) -> None:
    limit = FairLimit(most, 30.0, used={"a": most})

    for now in range(most * 4):
        holders = [name for name, count in limit.used.items() if count > most // 4]
        limit = limit.freed(min(holders)) if holders else limit
        for account in "abcd":
            there_is = limit.has_room(account, now)
            limit = limit.taken(account) if there_is else limit.refused(account, now)

    assert all(limit.used[account] >= most // 4 for account in "abcd")
