"""A trunk's test against Asterisk as the carrier: registration, an echo that returns sound and keys, and refusals."""

import pytest

from api.doctor.trial_call import TrialCall
from api.doctor.trunk_probe import trunk_findings
from config.settings import Settings
from engine.diagnosis.call import CalledParty
from engine.diagnosis.findings import Outcome, Subject, TrunkFinding
from engine.model.trunk import new_trunk
from tests.asterisk.conftest import SUBSCRIBER_HOST
from tests.peers.asterisk import PASSWORD, Asterisk

ECHO = TrialCall("+3225552004", "+3225550100", CalledParty.ECHO)
TONE = TrialCall("+32255510440", "+3225550100", CalledParty.SOUND)


async def found(network: Asterisk, trial: TrialCall, *, password: str = PASSWORD) -> dict[Subject, TrunkFinding]:
    host = f"127.0.0.1:{network.udp_port}"
    fields = {"name": "carrier-a", "hosts": [host], "auth": "register", "user": "subscriber", "password": password}
    settings = Settings(sip_host=SUBSCRIBER_HOST)
    return {each.subject: each async for each in trunk_findings(new_trunk(fields), settings, None, (), trial)}


@pytest.mark.slow
async def test_an_echo_returns_our_tone_and_our_key_after_a_round_trip_that_is_measured(network: Asterisk) -> None:
    findings = await found(network, ECHO)

    assert {each.outcome for each in findings.values()} <= {Outcome.OK, Outcome.NOT_TRIED}, findings
    assert findings[Subject.AUDIO].detail == "sound passes in both directions"
    assert "RFC 4733" in findings[Subject.KEYS].detail
    assert "calls are refreshed within" in findings[Subject.SESSION_TIMERS].detail
    assert findings[Subject.HOLD].outcome is Outcome.OK


async def test_a_number_that_sounds_is_heard(network: Asterisk) -> None:
    findings = await found(network, TONE)

    assert findings[Subject.CALL].outcome is Outcome.OK, findings
    assert findings[Subject.AUDIO].outcome is Outcome.OK


async def test_a_wrong_password_is_told_as_that(network: Asterisk) -> None:
    findings = await found(network, ECHO, password="wrong")

    assert findings[Subject.REGISTRATION].outcome is Outcome.FAULT
    assert "the password is wrong" in findings[Subject.REGISTRATION].advice
