"""What goes on within a trunk's test call: carriers that each do one thing wrong, and a verdict that names it."""

import pytest

from api.doctor import trial_call
from engine.diagnosis.findings import Outcome, Subject, verdict
from tests.peers.echo_carrier import DialogHabits, MediaFault, echo_carrier
from tests.unit.cli.doctor.test_trial_call import found

pytestmark = pytest.mark.sip
WELL = DialogHabits(session_expires="1800;refresher=uac", asserts="<sip:025550100@carrier.example>", prack="200 OK")


async def test_a_carrier_that_does_all_is_well_in_all() -> None:
    async with echo_carrier(habits=WELL) as carrier:
        findings = await found(carrier)

    told = verdict("carrier-a", list(findings.values()))
    assert told.summary == "Trunk carrier-a works, as far as it was tried."
    assert findings[Subject.SESSION_TIMERS].detail == "calls are refreshed within 1800 s"
    assert findings[Subject.RELIABLE_ANSWERS].outcome is Outcome.OK
    assert findings[Subject.HOLD].detail == "the call was put on hold and taken from it"
    assert findings[Subject.IDENTITY].detail == "the far end saw us as 025550100"


@pytest.mark.parametrize(
    ("habits", "subject", "told"),
    [
        (DialogHabits(prack="481 No Transaction"), Subject.RELIABLE_ANSWERS, "asked for PRACK, and answered 481"),
        (DialogHabits(prack=""), Subject.RELIABLE_ANSWERS, "asked for PRACK, and answered nothing"),
        (DialogHabits(hold="488 Not Acceptable Here"), Subject.HOLD, "to be put on hold, and the far end answered 488"),
        (DialogHabits(hold=""), Subject.HOLD, "to be put on hold, and the far end answered nothing"),
        (DialogHabits(resume="500 Oops"), Subject.HOLD, "to be taken from hold, and the far end answered 500"),
        (DialogHabits(mute_after_hold=True), Subject.HOLD, "no sound comes back after hold"),
    ],
)
async def test_a_fault_within_the_call_is_named(
    habits: DialogHabits, subject: Subject, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_call, "REINVITE_S", 1.5)
    async with echo_carrier(habits=habits) as carrier:
        findings = await found(carrier)

    faults = [each for each in findings.values() if each.outcome is Outcome.FAULT]
    assert faults[0].subject is subject, faults
    assert told in verdict("carrier-a", faults).summary


async def test_a_carrier_that_wants_longer_sessions_gets_what_it_asks_for() -> None:
    async with echo_carrier(habits=DialogHabits(session_expires="3600;refresher=uac", shortest_session_s=3600)) as far:
        findings = await found(far)

    assert findings[Subject.SESSION_TIMERS].outcome is Outcome.OK
    assert findings[Subject.SESSION_TIMERS].detail == "calls are refreshed within 3600 s"
    asked = [request for request in far.requests if request.startswith("INVITE") and "tag=far" not in request]
    assert ["Session-Expires: 3600" in request for request in asked] == [False, True]


@pytest.mark.parametrize("refresher", ["uac", "uas"])
async def test_sessions_that_are_too_short_are_a_warning_whoever_refreshes_them(refresher: str) -> None:
    async with echo_carrier(habits=DialogHabits(session_expires=f"60;refresher={refresher}")) as carrier:
        findings = await found(carrier)

    assert findings[Subject.SESSION_TIMERS].outcome is Outcome.WARNING
    assert findings[Subject.SESSION_TIMERS].detail == "the far end wants calls refreshed every 60 s"


async def test_a_carrier_that_refreshes_calls_itself_is_well() -> None:
    async with echo_carrier(habits=DialogHabits(session_expires="1800;refresher=uas")) as carrier:
        findings = await found(carrier)

    assert findings[Subject.SESSION_TIMERS].outcome is Outcome.OK


async def test_a_carrier_without_session_timers_is_a_warning_unless_we_refresh_alone() -> None:
    async with echo_carrier() as carrier:
        supported = await found(carrier, session_timers="supported")

    assert supported[Subject.SESSION_TIMERS].outcome is Outcome.WARNING
    assert "knows no session timers" in supported[Subject.SESSION_TIMERS].detail


async def test_a_carrier_that_saw_another_caller_is_a_warning_with_both() -> None:
    async with echo_carrier(habits=DialogHabits(asserts="<sip:+3225559999@carrier.example>")) as carrier:
        findings = await found(carrier)

    identity = findings[Subject.IDENTITY]
    assert (identity.outcome, identity.detail) == (
        Outcome.WARNING,
        "we called as +3225550100, and the far end saw +3225559999",
    )


async def test_what_no_answer_tells_is_told_as_not_known() -> None:
    async with echo_carrier() as carrier:
        findings = await found(carrier)

    assert findings[Subject.IDENTITY].outcome is Outcome.NOT_TRIED
    assert findings[Subject.RELIABLE_ANSWERS].outcome is Outcome.NOT_TRIED


async def test_keys_by_info_that_are_refused_are_a_fault() -> None:
    async with echo_carrier(MediaFault.NO_KEYS, habits=DialogHabits(info="415 Unsupported Media Type")) as carrier:
        findings = await found(carrier)

    assert findings[Subject.KEYS].outcome is Outcome.FAULT
    assert "answered 415 to a key by SIP INFO" in findings[Subject.KEYS].detail
