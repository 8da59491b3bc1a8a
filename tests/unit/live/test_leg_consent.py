"""A leg's consent: what it is after it was asked, asked for more, and withdrawn."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnexpectedEvent
from engine.live.session.leg_consent import LegConsent
from engine.model.consent import Ask, AskedLeg, Consent, ConsentAnswer, ConsentChoice, ConsentPolicy, How, decide
from engine.model.consent.state import ConsentState
from engine.ports import Heard, LegId, Said, Source

LEG = AskedLeg("AC1", "CA1", "+3225550111", datetime(2026, 11, 28, 12, tzinfo=UTC))
TOLD = ConsentAnswer(How.ANNOUNCED)


def a_consent() -> Consent:
    consent = decide(ConsentChoice(ConsentPolicy.ANNOUNCE), Ask.TELL, TOLD, LEG).consent
    assert consent is not None
    return consent


def test_who_was_not_asked_may_not_be_recorded_and_may_be_asked() -> None:
    leg = LegConsent("CA1")

    assert leg.given is None
    assert not leg.is_known
    assert not leg.is_final


def test_who_withdraws_may_not_be_recorded_any_more() -> None:
    leg, consent = LegConsent("CA1"), a_consent()
    leg.answered(TOLD, consent)

    assert leg.withdraw() is consent
    assert (leg.given, leg.state, leg.is_final) == (None, ConsentState.WITHDRAWN, True)


def test_who_withdraws_before_being_asked_has_refused() -> None:
    leg = LegConsent("CA1")

    assert leg.withdraw() is None
    assert leg.state is ConsentState.REFUSED


def test_who_could_not_hear_the_question_may_be_asked_again() -> None:
    leg = LegConsent("CA1")

    leg.answered(ConsentAnswer(How.UNHEARD), None)

    assert not leg.is_known


@pytest.mark.parametrize("how", [How.DIGIT, How.NO_ANSWER])
def test_who_refuses_when_asked_for_more_may_not_be_recorded_any_more(how: How) -> None:
    leg = LegConsent("CA1")
    leg.answered(TOLD, a_consent())

    leg.answered(ConsentAnswer(how), None)

    assert (leg.given, leg.state) == (None, ConsentState.REFUSED)


@given(st.lists(st.sampled_from(["agrees", "refuses", "does not hear", "withdraws"]), max_size=8))
def test_it_may_be_recorded_exactly_while_consent_is_given_and_never_after_a_no(events: list[str]) -> None:
    leg = LegConsent("CA1")

    for event in events:
        was_final = leg.is_final
        try:
            match event:
                case "agrees":
                    leg.answered(TOLD, a_consent())
                case "refuses":
                    leg.answered(ConsentAnswer(How.DIGIT, digit="2"), None)
                case "does not hear":
                    leg.answered(ConsentAnswer(How.UNHEARD), None)
                case "withdraws":
                    leg.withdraw()
        except UnexpectedEvent:
            assert was_final
        else:
            assert not was_final
        assert (leg.given is not None) is (leg.state is ConsentState.GIVEN)


def test_what_is_withheld_is_released_once() -> None:
    leg = LegConsent("CA1")
    sources: list[Source] = [Said(LegId(1)), Heard(LegId(1))]
    leg.withhold(*sources)

    assert leg.release() == sources
    assert leg.release() == []
