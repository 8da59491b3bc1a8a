"""Causes of release: read from Reason headers, else derived from the SIP code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.routing.q850 import cause_of, told_cause


@pytest.mark.parametrize(
    ("header", "cause"),
    [
        ('Q.850;cause=16;text="Terminated"', 16),
        ("Q.850 ; cause = 3", 3),
        ('q.850;text="no route; none";cause=3', 3),
        ('SIP;cause=200;text="Call completed elsewhere",Q.850;cause=17', 17),
        ('SIP;cause=200;text="Call completed elsewhere"', None),
        ("Q.850;cause=999", None),
        ("Q.850;cause=0", None),
        ("Q.850", None),
        ("", None),
        (None, None),
    ],
)
def test_a_reason_header_tells_the_networks_cause(header: str | None, cause: int | None) -> None:
    assert told_cause(header) == cause


def test_without_a_reason_the_cause_is_the_one_that_the_code_stands_for() -> None:
    assert (cause_of(486), cause_of(404), cause_of(503), cause_of(488)) == (17, 1, 41, None)
    assert cause_of(404, "Q.850;cause=3") == 3


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    assert told_cause(header) is None or 1 <= (told_cause(header) or 0) <= 127
