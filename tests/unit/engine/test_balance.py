"""What a call draws from a prepaid balance: whole increments of its tariff, and never more than there is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.balance import DRAWN_AT_ONCE_S, amount_of, cost, next_draw, units_of
from engine.model.call import Direction
from engine.model.rating import Rate


def by(first_s: int, following_s: int, per_minute: str = "0.60", setup: str = "0") -> Rate:
    return Rate(Direction.OUTBOUND, "", "", Decimal(per_minute), first_s, following_s, Decimal(setup))


RATES = st.builds(
    lambda first_s, following_s, per_minute, setup: by(first_s, following_s, str(per_minute), str(setup)),
    st.integers(1, 120),
    st.integers(1, 120),
    st.decimals(0, 5, places=4),
    st.decimals(0, 1, places=4),
)


@pytest.mark.parametrize(("amount", "units"), [("25.00", 250_000), ("0.0001", 1), ("-3.5", -35_000), ("0", 0)])
def test_an_amount_is_whole_units_of_a_ten_thousandth(amount: str, units: int) -> None:
    assert units_of(Decimal(amount)) == units
    assert amount_of(units) == Decimal(amount)


@pytest.mark.parametrize("amount", ["0.00001", "NaN", "Infinity", "1000000001"])
def test_an_amount_that_is_finer_or_beyond_all_measure_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="write one such as"):
        units_of(Decimal(amount))


@pytest.mark.parametrize(
    ("rate", "paid_s", "available", "units", "reached_s"),
    [
        (by(1, 1), 0, 6000, 6000, 60),  # a minute by the second
        (by(1, 1), 0, 10_000, 6000, 60),  # no more than a minute at once
        (by(1, 1), 60, 300, 300, 63),
        (by(60, 60), 0, 6000, 6000, 60),
        (by(60, 60), 0, 11_999, 6000, 60),
        (by(60, 60), 60, 6000, 6000, 120),
        (by(30, 6), 0, 3000, 3000, 30),
        (by(30, 6), 0, 3600, 3600, 36),
        (by(30, 6), 30, 700, 600, 36),
        (by(1, 1, setup="0.05"), 0, 600, 600, 1),
        (by(1, 1, setup="0.05"), 1, 100, 100, 2),  # the set-up is charged once
    ],
)
def test_a_call_draws_whole_increments_for_a_minute_or_as_many_as_there_are(
    rate: Rate, paid_s: int, available: int, units: int, reached_s: int
) -> None:
    draw = next_draw(rate, paid_s, available)

    assert draw is not None
    assert (draw.units, draw.paid_s) == (units, reached_s)


@pytest.mark.parametrize(
    ("rate", "paid_s", "available"),
    [(by(60, 60), 0, 5999), (by(1, 1), 60, 99), (by(30, 6), 0, 2999), (by(1, 1, setup="0.05"), 0, 599)],
)
def test_where_not_even_the_next_increment_is_available_nothing_is_drawn(
    rate: Rate, paid_s: int, available: int
) -> None:
    assert next_draw(rate, paid_s, available) is None


@given(rate=RATES, available=st.integers(0, 1_000_000), draws=st.integers(1, 5))
def test_all_that_was_drawn_is_what_a_call_of_that_length_costs_and_the_next_second_costs_more_than_is_left(
    rate: Rate, available: int, draws: int
) -> None:
    paid_s, drawn = 0, 0
    for _ in range(draws):
        draw = next_draw(rate, paid_s, available - drawn)
        if draw is None:
            next_s = rate.first_s if paid_s < rate.first_s else paid_s + rate.following_s
            assert cost(rate, next_s) > available
            return
        assert draw.paid_s > paid_s
        paid_s, drawn = draw.paid_s, drawn + draw.units
        assert drawn == cost(rate, paid_s) <= available


@given(rate=RATES)
def test_where_there_is_enough_a_minute_or_the_longer_increment_is_drawn(rate: Rate) -> None:
    draw = next_draw(rate, 0, 10**9)

    assert draw is not None
    assert draw.paid_s == rate.charged_s(DRAWN_AT_ONCE_S)
