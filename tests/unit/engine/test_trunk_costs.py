"""What a carrier asks for a minute, read from its CSV: each fault is told with its line and its column."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk.costs import read_costs


def faults_of(text: str) -> list[str]:
    return [fault.place for fault in read_costs(text).faults]


def test_costs_are_read_by_the_names_of_their_columns() -> None:
    sheet = read_costs("\ufeffCountry,per_minute, Prefix\nBelgium,0.0125,+32\n\nGermany, 0.02 ,49\nothers,1,\n")

    assert sheet.faults == []
    assert sheet.costs == {"+32": Decimal("0.0125"), "+49": Decimal("0.02"), "": Decimal(1)}


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("Belgium,0.01", ["line 3, prefix"]),
        ("+0,0.01", ["line 3, prefix"]),
        ("+32,cheap", ["line 3, per_minute"]),
        ("+32,-1", ["line 3, per_minute"]),
        ("+32", ["line 3, per_minute"]),
        ("x,NaN", ["line 3, prefix", "line 3, per_minute"]),
        ("44,0.01", ["line 3, prefix"]),
    ],
)
def test_a_fault_names_its_line_and_its_column(line: str, places: list[str]) -> None:
    assert faults_of(f"prefix,per_minute\n+44,0.01\n{line}\n+33,0.01\n") == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", ["line 1, prefix", "line 1, per_minute"]),
        ("prefix;per_minute\n32;1", ["line 1, prefix", "line 1, per_minute"]),
        ("prefix,price\n32,1", ["line 1, per_minute"]),
    ],
)
def test_a_column_that_is_missing_is_told(text: str, places: list[str]) -> None:
    assert faults_of(text) == places


def test_of_a_file_that_is_no_list_of_costs_the_first_faults_are_told() -> None:
    assert len(faults_of("prefix,per_minute\n" + "x,y\n" * 1000)) == 20


@given(st.text())
def test_any_text_gives_costs_or_faults(rest: str) -> None:
    sheet = read_costs(f"prefix,per_minute\n{rest}")

    assert all(cost >= 0 and (not prefix or prefix.startswith("+")) for prefix, cost in sheet.costs.items())
