"""A trunk's test call, to carriers that each have one fault in their media: the verdict names it."""

import pytest

from api.doctor import trial_call
from api.doctor.trial_call import TrialCall
from api.doctor.trunk_probe import trunk_findings
from config.settings import Settings
from engine.diagnosis.call import CalledParty
from engine.diagnosis.findings import Outcome, Subject, TrunkFinding
from engine.model.trunk import new_trunk
from tests.peers.echo_carrier import FAR_S, EchoCarrier, MediaFault, echo_carrier

pytestmark = pytest.mark.sip
ECHO = TrialCall("echo", "+3225550100", CalledParty.ECHO)
NUMBER = TrialCall("+3225550199", "+3225550100", CalledParty.SOUND)


async def found(carrier: EchoCarrier, trial: TrialCall = ECHO, **fields: object) -> dict[Subject, TrunkFinding]:
    trunk = new_trunk({"name": "carrier-a", "hosts": [f"127.0.0.1:{carrier.port}"], **fields})
    settings = Settings(sip_host="127.0.0.1")
    return {each.subject: each async for each in trunk_findings(trunk, settings, None, (), trial)}


async def test_an_echo_that_hears_and_is_heard_is_well_and_keys_come_back() -> None:
    async with echo_carrier() as carrier:
        findings = await found(carrier)

    assert findings[Subject.CALL].outcome is Outcome.OK
    assert findings[Subject.CODEC].detail == "sound was agreed on as PCMA"
    assert findings[Subject.AUDIO] == TrunkFinding(Subject.AUDIO, Outcome.OK, "sound passes in both directions")
    assert "RFC 4733" in findings[Subject.KEYS].detail
    assert any(request.startswith("INVITE sip:echo@") for request in carrier.requests)
    assert any(request.startswith("BYE ") for request in carrier.requests)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (MediaFault.DEAF, "one-way audio: we hear the far end, but it does not hear us"),
        (MediaFault.MUTE, "one-way audio: the far end hears us, but we do not hear it"),
        (MediaFault.DEAD, "no audio: "),
    ],
)
async def test_audio_that_is_missing_is_told_with_its_direction(fault: MediaFault, told: str) -> None:
    async with echo_carrier(fault) as carrier:
        findings = await found(carrier)

    assert findings[Subject.AUDIO].outcome is Outcome.FAULT
    assert findings[Subject.AUDIO].detail.startswith(told)


async def test_keys_that_do_not_come_back_are_a_warning() -> None:
    async with echo_carrier(MediaFault.NO_KEYS) as carrier:
        findings = await found(carrier)

    assert findings[Subject.AUDIO].outcome is Outcome.OK
    assert findings[Subject.KEYS].outcome is Outcome.WARNING


async def test_a_number_that_sends_silence_alone_is_a_fault() -> None:
    async with echo_carrier(MediaFault.DEAF) as carrier:
        findings = await found(carrier, NUMBER)

    assert "silence alone" in findings[Subject.AUDIO].detail
    assert findings[Subject.KEYS].outcome is Outcome.NOT_TRIED


async def test_packets_that_take_long_are_a_warning_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_call, "LISTEN_S", 8.0)  # the first report of RTCP comes after some five seconds
    async with echo_carrier(MediaFault.FAR) as carrier:
        findings = await found(carrier)

    round_trip = findings[Subject.ROUND_TRIP]
    assert findings[Subject.AUDIO].outcome is Outcome.OK
    assert round_trip.outcome is Outcome.WARNING
    assert int(round_trip.detail.removeprefix("packets come and go in ").removesuffix(" ms")) >= 1000 * FAR_S
    assert "nearer" in round_trip.advice


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("403 Forbidden", "--from"),
        ("484 Address Incomplete", "written otherwise"),
        ("422 Session Interval Too Small", "session_expires_s"),
        ("488 Not Acceptable Here", "codec in common"),
    ],
)
async def test_a_call_that_is_refused_is_told_with_the_answer(answer: str, advice: str) -> None:
    async with echo_carrier(invite=answer) as carrier:
        findings = await found(carrier, NUMBER)

    assert findings[Subject.CALL].detail == f"the call was not answered: {answer}"
    assert advice in findings[Subject.CALL].advice
    assert Subject.AUDIO not in findings


async def test_a_call_that_nobody_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_call, "ANSWER_S", 1.0)
    async with echo_carrier(invite="180 Ringing") as carrier:
        findings = await found(carrier, NUMBER)

    assert findings[Subject.CALL].outcome is Outcome.FAULT
    assert "nobody answered" in findings[Subject.CALL].detail
