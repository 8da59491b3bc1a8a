"""What a call keeps of each attempt: trunk, host, code, reason, cause of release and duration."""

import pytest

from engine.model.call import Attempt
from engine.routing.attempts import attempt_of
from engine.routing.failover import Progress, SetUpFailure, judge
from engine.routing.routes import Candidate

CANDIDATE = Candidate("carrier", "sip1.carrier.example", None, None)


def test_an_answer_is_kept_with_the_cause_that_the_network_tells_and_what_followed() -> None:
    ruling = judge(503, Progress.NONE, "Q.850;cause=42")

    attempt = attempt_of(CANDIDATE, 503, ruling, 120, "Service Unavailable", "Q.850;cause=42")

    said = "This trunk's network is congested (Q.850 cause 42)."
    assert attempt == Attempt("carrier", "sip1.carrier.example", said, 503, "Service Unavailable", 42, 120)


def test_without_a_told_cause_the_code_stands_for_one() -> None:
    assert attempt_of(CANDIDATE, 486, judge(486, Progress.NONE), 900, "Busy Here").q850_cause == 17


@pytest.mark.parametrize("failure", SetUpFailure)
def test_an_attempt_without_an_answer_has_no_code_but_a_cause(failure: SetUpFailure) -> None:
    attempt = attempt_of(CANDIDATE, failure, judge(failure, Progress.NONE), 4000)

    assert (attempt.sip_code, attempt.sip_reason, attempt.ms) == (None, None, 4000)
    assert attempt.q850_cause
