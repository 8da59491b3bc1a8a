"""A trunk's capacity in one direction: calls at once, set-ups a second, and when to ask again."""

import pytest

from engine.routing.capacity import CapacityLimit, CapacityRefusal, TrunkLoad, no_load


def begun(load: TrunkLoad, *accounts: str, at: float = 0.0) -> TrunkLoad:
    for account in accounts:
        load = load.begun(account, at)
    return load


def test_a_trunk_without_limits_carries_everything() -> None:
    assert begun(no_load(), *"a" * 1000).refusal("a", now=0.0) is None


def test_a_full_trunk_refuses_until_a_call_ends() -> None:
    full = begun(no_load(calls=2), "a", "a")

    assert full.refusal("a", now=5.0) == CapacityRefusal(CapacityLimit.CALLS)
    assert full.ended("a").refusal("a", now=5.0) is None


def test_a_limit_that_is_lowered_touches_no_call_in_progress() -> None:
    lowered = begun(no_load(calls=3), "a", "a").within(1, None)

    assert (lowered.calls_now, lowered.is_full) == (2, True)
    assert lowered.refusal("a", now=5.0) == CapacityRefusal(CapacityLimit.CALLS)
    assert lowered.within(None, None).refusal("a", now=5.0) is None


def test_set_ups_are_counted_for_a_second() -> None:
    busy = begun(no_load(set_ups_per_s=2), "a", "a", at=7.0)

    assert busy.refusal("a", now=7.9) == CapacityRefusal(CapacityLimit.SET_UPS)
    assert busy.refusal("a", now=8.0) is None


@pytest.mark.parametrize(("limit", "seconds"), [(CapacityLimit.CALLS, 10), (CapacityLimit.SET_UPS, 1)])
def test_a_refusal_tells_when_to_ask_again(limit: CapacityLimit, seconds: int) -> None:
    assert CapacityRefusal(limit).retry_after_s == seconds


def test_a_freed_call_goes_to_the_account_below_its_share() -> None:
    full = begun(no_load(calls=4), *"aaaa")

    after = full.refused("b", CapacityRefusal(CapacityLimit.CALLS), now=1.0).ended("a")

    assert after.refusal("a", now=2.0) == CapacityRefusal(CapacityLimit.CALLS)
    assert after.refusal("b", now=2.0) is None


def test_the_next_seconds_set_ups_are_kept_for_the_account_below_its_share() -> None:
    busy = begun(no_load(set_ups_per_s=2), "a", "a", at=0.0)

    after = begun(busy.refused("b", CapacityRefusal(CapacityLimit.SET_UPS), now=0.5), "a", at=1.0)

    assert after.refusal("a", now=1.1) == CapacityRefusal(CapacityLimit.SET_UPS)
    assert after.refusal("b", now=1.1) is None


def test_a_call_that_must_go_through_counts_past_the_limit() -> None:
    over = begun(no_load(calls=1), "a", "a")

    assert over.calls.used == {"a": 2}
    assert over.ended("a").refusal("a", now=1.0) == CapacityRefusal(CapacityLimit.CALLS)
