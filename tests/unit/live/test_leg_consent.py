"""A leg's consent: to each purpose what it is after it was asked, asked for more, and withdrawn."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConsentError, UnexpectedEvent
from engine.live.session.leg_consent import LegConsent
from engine.model.consent import (
    Ask,
    AskedLeg,
    Consent,
    ConsentAnswer,
    ConsentChoice,
    ConsentPolicy,
    How,
    Purpose,
    decide,
)
from engine.model.consent.state import FINAL, ConsentState
from engine.ports import Heard, LegId, Said, Source

LEG = AskedLeg("AC1", "CA1", "+3225550111", datetime(2026, 11, 28, 12, tzinfo=UTC))
TOLD = ConsentAnswer(How.ANNOUNCED)


def a_consent(purpose: Purpose = Purpose.RECORDING) -> Consent[Purpose]:
    consent = decide(ConsentChoice(ConsentPolicy.ANNOUNCE), Ask.TELL, TOLD, LEG, purpose).consent
    assert consent is not None
    return consent


@pytest.mark.parametrize("purpose", Purpose)
def test_who_was_not_asked_may_not_be_processed_and_may_be_asked(purpose: Purpose) -> None:
    leg = LegConsent("CA1")

    assert leg.given(purpose) is None
    assert not leg.is_known(purpose)
    assert not leg.is_final(purpose)


def test_consent_to_one_purpose_is_none_to_another() -> None:
    leg = LegConsent("CA1")

    leg.answered(Purpose.STREAMING, TOLD, a_consent(Purpose.STREAMING))

    assert leg.given(Purpose.STREAMING) is not None
    assert leg.given(Purpose.RECORDING) is None
    assert not leg.is_known(Purpose.RECORDING)


def test_who_refuses_to_be_streamed_may_still_be_recorded() -> None:
    leg, consent = LegConsent("CA1"), a_consent()
    leg.answered(Purpose.RECORDING, TOLD, consent)

    leg.answered(Purpose.STREAMING, ConsentAnswer(How.DIGIT, digit="2"), None)

    assert leg.given(Purpose.RECORDING) is consent
    assert leg.is_final(Purpose.STREAMING)


def test_consent_to_one_purpose_can_not_be_taken_for_another() -> None:
    with pytest.raises(ConsentError, match="is consent to streaming, not to recording"):
        a_consent(Purpose.STREAMING).to(Purpose.RECORDING)


def test_who_withdraws_consents_to_nothing_any_more() -> None:
    leg, recording, streaming = LegConsent("CA1"), a_consent(), a_consent(Purpose.STREAMING)
    leg.answered(Purpose.RECORDING, TOLD, recording)
    leg.answered(Purpose.STREAMING, TOLD, streaming)

    withdrawn = leg.withdraw()

    assert withdrawn == {**dict.fromkeys(Purpose), Purpose.RECORDING: recording, Purpose.STREAMING: streaming}
    assert (leg.given(Purpose.RECORDING), leg.given(Purpose.STREAMING)) == (None, None)
    assert leg.state(Purpose.RECORDING) is ConsentState.WITHDRAWN
    assert leg.state(Purpose.TRANSCRIPTION) is ConsentState.REFUSED
    assert leg.is_over


def test_who_withdraws_before_being_asked_has_refused_everything() -> None:
    leg = LegConsent("CA1")

    assert set(leg.withdraw().values()) == {None}
    assert {leg.state(purpose) for purpose in Purpose} == {ConsentState.REFUSED}


def test_who_could_not_hear_the_question_may_be_asked_again() -> None:
    leg = LegConsent("CA1")

    leg.answered(Purpose.RECORDING, ConsentAnswer(How.UNHEARD), None)

    assert not leg.is_known(Purpose.RECORDING)


@pytest.mark.parametrize("how", [How.DIGIT, How.NO_ANSWER])
def test_who_refuses_when_asked_for_more_may_not_be_recorded_any_more(how: How) -> None:
    leg = LegConsent("CA1")
    leg.answered(Purpose.RECORDING, TOLD, a_consent())

    leg.answered(Purpose.RECORDING, ConsentAnswer(how), None)

    assert (leg.given(Purpose.RECORDING), leg.state(Purpose.RECORDING)) == (None, ConsentState.REFUSED)


async def test_all_who_have_it_heard_for_a_purpose_are_told_until_they_want_no_more() -> None:
    leg = LegConsent("CA1")
    told: list[tuple[str, bool]] = []

    async def first(delete: bool) -> None:
        told.append(("first", delete))

    async def second(delete: bool) -> None:
        told.append(("second", delete))

    forget = leg.tell_withdrawal_to(Purpose.STREAMING, first)
    leg.tell_withdrawal_to(Purpose.STREAMING, second)
    leg.tell_withdrawal_to(Purpose.RECORDING, first)

    await leg.tell_withdrawal(Purpose.STREAMING, delete=True)
    forget()
    await leg.tell_withdrawal(Purpose.STREAMING, delete=False)

    assert told == [("first", True), ("second", True), ("second", False)]


async def test_who_has_it_heard_is_told_of_consent_to_that_purpose_alone() -> None:
    leg = LegConsent("CA1")
    told: list[str] = []

    async def consents() -> None:
        told.append("consents")

    forget = leg.tell_consent_to(Purpose.STREAMING, consents)

    await leg.tell_consent(Purpose.RECORDING)
    await leg.tell_consent(Purpose.STREAMING)
    forget()
    await leg.tell_consent(Purpose.STREAMING)

    assert told == ["consents"]


acts = st.tuples(st.sampled_from(["agrees", "refuses", "does not hear", "withdraws"]), st.sampled_from(Purpose))


@given(st.lists(acts, max_size=12))
def test_consent_to_each_purpose_goes_its_own_way_until_all_are_withdrawn(events: list[tuple[str, Purpose]]) -> None:
    leg = LegConsent("CA1")
    seen = [{purpose: leg.state(purpose) for purpose in Purpose}]

    for event, purpose in events:
        was_final = leg.is_final(purpose)
        try:
            match event:
                case "agrees":
                    leg.answered(purpose, TOLD, a_consent(purpose))
                case "refuses":
                    leg.answered(purpose, ConsentAnswer(How.DIGIT, digit="2"), None)
                case "does not hear":
                    leg.answered(purpose, ConsentAnswer(How.UNHEARD), None)
                case "withdraws":
                    leg.withdraw()
        except UnexpectedEvent:
            assert was_final
        now = {each: leg.state(each) for each in Purpose}
        if event == "withdraws":
            assert leg.is_over
        else:
            assert all(now[each] is seen[-1][each] for each in Purpose if each is not purpose)
        seen.append(now)

        for each in Purpose:
            assert (leg.given(each) is not None) is (leg.state(each) is ConsentState.GIVEN)
    for before, after in pairwise(seen):
        assert all(after[each] is before[each] for each in Purpose if before[each] in FINAL)


def test_what_is_withheld_is_released_once() -> None:
    leg = LegConsent("CA1")
    sources: list[Source] = [Said(LegId(1)), Heard(LegId(1))]
    leg.withhold(Purpose.STREAMING, *sources)

    assert leg.release(Purpose.RECORDING) == []
    assert leg.release(Purpose.STREAMING) == sources
    assert leg.release(Purpose.STREAMING) == []
