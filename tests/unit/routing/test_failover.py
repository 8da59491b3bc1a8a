"""Failover: a trunk's own trouble goes on to the next; a person's or network's answer, and what was heard, is final."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.routing.failover import BY_CAUSE, BY_CODE, WITHOUT_ANSWER, Progress, SetUpFailure, judge

OUTCOMES = st.integers(300, 699) | st.sampled_from(SetUpFailure)


@pytest.mark.parametrize("outcome", [408, 500, 502, 503, 504, *SetUpFailure])
def test_a_trunk_in_trouble_is_followed_by_the_next(outcome: int | SetUpFailure) -> None:
    assert judge(outcome, Progress.NONE).goes_on


@pytest.mark.parametrize("code", [404, 410, 484, 486, 600, 603, 604, 606, 607, 608])
@pytest.mark.parametrize("progress", Progress)
def test_what_a_person_or_a_network_has_answered_is_final(code: int, progress: Progress) -> None:
    assert not judge(code, progress).goes_on


@given(OUTCOMES, st.none() | st.integers(1, 127))
def test_whatever_was_heard_is_final(outcome: int | SetUpFailure, cause: int | None) -> None:
    assert not judge(outcome, Progress.HEARD, cause).goes_on


@pytest.mark.parametrize("outcome", [500, 503, SetUpFailure.TRANSPORT_ERROR])
def test_a_trunk_that_fails_while_it_rings_is_followed_by_the_next(outcome: int | SetUpFailure) -> None:
    assert judge(outcome, Progress.RINGING).goes_on


@pytest.mark.parametrize("outcome", [408, SetUpFailure.NO_ANSWER])
def test_a_telephone_that_rang_in_vain_does_not_ring_again(outcome: int | SetUpFailure) -> None:
    assert not judge(outcome, Progress.RINGING).goes_on


@pytest.mark.parametrize(("code", "like"), [(418, 400), (399, 300), (599, 500), (699, 600), (505, 500), (415, 400)])
def test_an_unknown_code_counts_as_the_first_of_its_class(code: int, like: int) -> None:
    assert judge(code, Progress.NONE) == BY_CODE[like]


@pytest.mark.parametrize(
    ("code", "cause", "goes_on"),
    [
        (404, 3, False),  # whatever its cause, the number has been judged
        (404, 1, False),
        (503, 17, False),  # busy, told clumsily
        (408, 18, False),
        (480, 34, True),
        (603, 34, False),  # 6xx is about the called party everywhere
        (503, 16, True),  # normal clearing says nothing more than the code
    ],
)
def test_the_networks_own_cause_says_more_than_the_code(code: int, cause: int, goes_on: bool) -> None:
    assert judge(code, Progress.NONE, cause).goes_on is goes_on


def test_every_row_has_its_reason_and_names_where_it_comes_from() -> None:
    rulings = [*BY_CODE.values(), *BY_CAUSE.values(), *WITHOUT_ANSWER.values()]

    assert all(each.reason.endswith(".") for each in rulings)
    assert all("RFC" in each.reason for each in BY_CODE.values())


@given(OUTCOMES, st.sampled_from(Progress), st.none() | st.integers(0, 127))
def test_every_outcome_is_judged(outcome: int | SetUpFailure, progress: Progress, cause: int | None) -> None:
    assert judge(outcome, progress, cause).reason
