"""A leg without SIP ends as the SIP side would have it."""

from engine.testing.leg import outcome
from sip import status


def test_a_final_answer_means_what_the_sip_side_makes_of_it() -> None:
    codes = range(400, 700)

    assert {code: outcome(code) for code in codes} == {code: status.outcome(code) for code in codes}
