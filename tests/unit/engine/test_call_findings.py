"""What a test call's figures mean: packets that take long, and callers that two ends write otherwise."""

import pytest

from engine.diagnosis.call import CalledParty, CallProbe, call_findings
from engine.diagnosis.dialog import DialogProbe
from engine.diagnosis.findings import Outcome, Subject, TrunkFinding
from engine.model.trunk import new_trunk

TRUNK = new_trunk({"name": "carrier-a", "hosts": ["a.example"]})


def finding(subject: Subject, *, round_trip_ms: float = 20.0, dialog: DialogProbe | None = None) -> TrunkFinding:
    call = CallProbe(
        CalledParty.ECHO, answered=True, packets_sent=9, packets_received=9, heard=True, round_trip_ms=round_trip_ms,
        dialog=dialog or DialogProbe(),
    )  # fmt: skip
    return next(each for each in call_findings(call, TRUNK) if each.subject is subject)


@pytest.mark.parametrize(("round_trip_ms", "outcome"), [(300.0, Outcome.OK), (300.1, Outcome.WARNING)])
def test_packets_that_take_so_long_that_people_talk_over_each_other_are_a_warning(
    round_trip_ms: float, outcome: Outcome
) -> None:
    assert finding(Subject.ROUND_TRIP, round_trip_ms=round_trip_ms).outcome is outcome


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        ("025550100", Outcome.OK), ("003225550100", Outcome.OK), ("3225550100", Outcome.OK),
        ("+3225550101", Outcome.WARNING), ("anonymous", Outcome.WARNING), ("", Outcome.NOT_TRIED),
    ],
)  # fmt: skip
def test_a_caller_in_another_spelling_is_the_same(seen: str, outcome: Outcome) -> None:
    dialog = DialogProbe(caller_said="+3225550100", caller_seen=seen)

    assert finding(Subject.IDENTITY, dialog=dialog).outcome is outcome


def test_a_session_that_is_shorter_than_the_standard_allows_is_a_warning() -> None:
    assert finding(Subject.SESSION_TIMERS, dialog=DialogProbe(session_s=30)).outcome is Outcome.WARNING
