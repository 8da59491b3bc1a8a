"""Prices: the longest prefix, increments, decimal arithmetic, and the rates that are shipped."""

from decimal import Decimal
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from engine.errors import SetupError
from engine.model.call import Direction
from engine.model.rating import COLUMNS, Rate, Rates, load_rates

HEAD = ",".join(COLUMNS)
OTHERS = ["inbound,,all,0,1,1", "outbound,,elsewhere,1.00,60,60"]


def rates(folder: Path, *lines: str, others: bool = True) -> Rates:
    path = folder / "rates.csv"
    path.write_text("\n".join([HEAD, *(OTHERS if others else []), *lines]) + "\n")
    return load_rates(path)


def by(first_s: int, following_s: int, per_minute: str = "0.60") -> Rate:
    return Rate(Direction.OUTBOUND, "", "", Decimal(per_minute), first_s, following_s)


@pytest.mark.parametrize(
    ("first_s", "following_s", "seconds", "price"),
    [
        (1, 1, 0, "0.0000"),
        (1, 1, 1, "0.0100"),
        (1, 1, 61, "0.6100"),
        (60, 60, 0, "0.0000"),
        (60, 60, 1, "0.6000"),
        (60, 60, 60, "0.6000"),
        (60, 60, 61, "1.2000"),
        (30, 6, 1, "0.3000"),
        (30, 6, 30, "0.3000"),
        (30, 6, 31, "0.3600"),
        (30, 6, 36, "0.3600"),
        (30, 6, 37, "0.4200"),
        (1, 60, 2, "0.6100"),
        (60, 1, 61, "0.6100"),
    ],
)
def test_the_first_increment_is_charged_whole_and_each_following_one_begun(
    first_s: int, following_s: int, seconds: int, price: str
) -> None:
    assert str(by(first_s, following_s).price(seconds)) == price


@pytest.mark.parametrize(
    ("per_minute", "seconds", "price"),
    [
        ("0.0030", 1, "0.0001"),  # 0.00005: half up, where half to even would give nothing
        ("0.0029", 1, "0.0000"),
        ("0.0090", 1, "0.0002"),  # 0.00015
        ("0.0150", 7, "0.0018"),  # 0.00175
        ("0.1", 3, "0.0050"),
        ("0", 3600, "0.0000"),
    ],
)
def test_a_price_is_rounded_half_up_at_the_fourth_decimal(per_minute: str, seconds: int, price: str) -> None:
    assert str(by(1, 1, per_minute).price(seconds)) == price


@given(
    per_minute=st.decimals("0", "10", places=4),
    first_s=st.integers(1, 120),
    following_s=st.integers(1, 120),
    seconds=st.integers(1, 14_400),
)
def test_a_longer_call_never_costs_less_and_never_less_than_its_seconds(
    per_minute: Decimal, first_s: int, following_s: int, seconds: int
) -> None:
    rate = by(first_s, following_s, str(per_minute))

    price = rate.price(seconds)

    assert price <= rate.price(seconds + 1)
    assert price >= (per_minute * seconds / 60) - Decimal("0.00005")
    assert price <= per_minute * (seconds + first_s + following_s) / 60 + Decimal("0.00005")
    assert price.as_tuple().exponent == -4


def test_the_longest_prefix_counts(tmp_path: Path) -> None:
    table = rates(tmp_path, "outbound,32,Belgium,0.10,60,60", "outbound,324,mobile,0.40,60,60")

    assert table.price("+3225550199", 60) == Decimal("0.10")
    assert table.price("+32470123456", 60) == Decimal("0.40")
    assert table.price("+31205550142", 60) == Decimal("1.00")
    assert table.price("+3", 60) == Decimal("1.00")


@pytest.mark.parametrize("target", ["sip:alice@example.com", "sips:+3225550199@example.com", "sip:127.0.0.1:5080"])
def test_a_sip_uri_costs_nothing(tmp_path: Path, target: str) -> None:
    assert str(rates(tmp_path).price(target, 3600)) == "0.0000"


def test_a_direction_has_its_own_rates(tmp_path: Path) -> None:
    table = rates(tmp_path, "outbound,32,Belgium,0.10,60,60", "inbound,32800,freephone,0.20,60,60")

    assert table.price("+3280012345", 60, Direction.INBOUND) == Decimal("0.20")
    assert table.price("+3225550199", 60, Direction.INBOUND) == 0
    assert table.price("+3280012345", 60) == Decimal("0.10")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("outbound,32,Belgium,0.10,60", "line 4: there are 5 values, not 6"),
        ("sideways,32,Belgium,0.10,60,60", "line 4: direction is 'sideways'; write inbound or outbound"),
        ("outbound,+32,Belgium,0.10,60,60", r"line 4: prefix is '\+32'; write digits"),
        ("outbound,032,Belgium,0.10,60,60", "prefix is '032'"),
        ("outbound,32,Belgium,free,60,60", "per_minute is 'free'; write an amount in EUR"),
        ("outbound,32,Belgium,-1,60,60", "per_minute is '-1'"),
        ("outbound,32,Belgium,NaN,60,60", "per_minute is 'NaN'"),
        ("outbound,32,Belgium,Infinity,60,60", "per_minute is 'Infinity'"),
        ("outbound,32,Belgium,0.10,0,60", "first_s is '0'; write seconds from 1"),
        ("outbound,32,Belgium,0.10,60,x", "following_s is 'x'"),
        ("outbound,32,Belgium,0.10,60,²", "following_s is '²'"),
        ("outbound,,again,0.10,60,60", "line 4: there is a rate for outbound '' already"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        rates(tmp_path, line)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must begin with the line: direction,prefix,"),
        ("prefix,price\n32,0.1\n", "must begin with the line"),
        (HEAD, "has no inbound rate with an empty prefix"),
        (f"{HEAD}\n{OTHERS[0]}\n", "has no outbound rate with an empty prefix"),
    ],
)
def test_a_file_that_leaves_something_out_says_what(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)

    with pytest.raises(SetupError, match=said):
        load_rates(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"nothing\.csv"):
        load_rates(tmp_path / "nothing.csv")


def test_remarks_and_empty_lines_are_for_readers(tmp_path: Path) -> None:
    assert rates(tmp_path, "# a remark", "", 'outbound,32,"Belgium, fixed",0.10,60,60').price("+32255", 60)


EUROPE = (
    *("AD", "AL", "AT", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FO", "FR", "GB", "GI"),
    *("GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT"),
    *("RO", "RS", "RU", "SE", "SI", "SK", "SM", "TR", "UA", "XK"),
)
ONE_PRICE = {"DK", "FO"}
"""Where a number does not tell whether it is mobile."""


def example(country: str, kind: int) -> str:
    number = phonenumbers.example_number_for_type(country, kind)
    assert number is not None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize("country", EUROPE)
def test_a_mobile_number_of_every_european_country_has_the_mobile_rate(country: str) -> None:
    table = load_rates()
    mobile, fixed = example(country, PhoneNumberType.MOBILE), example(country, PhoneNumberType.FIXED_LINE)

    names = [rate.name if (rate := table.rate_of(number)) else None for number in (mobile, fixed)]

    name = names[1]
    assert names == ([name, name] if country in ONE_PRICE else [f"{name} mobile", name])
    assert name != "elsewhere"


def test_the_rates_that_are_shipped_charge_nothing_inbound_and_most_elsewhere() -> None:
    table = load_rates()

    assert table.price("+3225550199", 600, Direction.INBOUND) == 0
    assert all(table.price("+88216", 60) >= rate.price(60) for rate in table.by_prefix.values())


def test_a_setup_is_charged_once_for_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(f"{HEAD},setup\ninbound,,all,0,1,1\noutbound,,elsewhere,0.60,1,1,0.05\n")

    found = load_rates(path)

    assert [str(found.price("+3225550100", seconds)) for seconds in (0, 1, 60)] == ["0.0000", "0.0600", "0.6500"]
    assert str(found.price("+3225550100", 60, Direction.INBOUND)) == "0.0000"


def test_a_setup_that_is_no_amount_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(f"{HEAD},setup\ninbound,,all,0,1,1\noutbound,,elsewhere,0.60,1,1,much\n")

    with pytest.raises(SetupError, match="line 3: setup is 'much'"):
        load_rates(path)
