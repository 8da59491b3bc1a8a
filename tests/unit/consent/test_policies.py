"""Policies: what each asks of whom, and what it takes for consent."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.model.consent import (
    Ask,
    AskedLeg,
    ConsentAnswer,
    ConsentChoice,
    ConsentPolicy,
    Given,
    How,
    Purpose,
    Withdrawal,
    asked_of,
    asserted,
    decide,
    faults,
)
from engine.model.consent import withdrawn as withdrawal_of
from engine.model.consent.policy import STRICTNESS, TERMS, strictest
from engine.model.consent.wording import Wording

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LEG = AskedLeg("AC1", "CA1", "+3225550177", NOON, 2.5)
QUESTION = Wording("May we?", "en-GB", "1")
EXTERNAL = ConsentChoice(
    ConsentPolicy.EXTERNAL, reference="CRM 7", given_by="Zoë", given_at=NOON, wording="I agree to be recorded."
)
NEEDLESS = ConsentChoice(ConsentPolicy.NONE_NEEDED, basis="Emergency calls, national law")


@pytest.mark.parametrize(
    ("policy", "far_end", "dialled"),
    [
        (ConsentPolicy.ANNOUNCE, Ask.TELL, Ask.TELL),
        (ConsentPolicy.PRESS, Ask.KEY, Ask.TELL),
        (ConsentPolicy.BOTH_PARTIES, Ask.KEY, Ask.KEY),
        (ConsentPolicy.EXTERNAL, Ask.NOTHING, Ask.TELL),
        (ConsentPolicy.NONE_NEEDED, Ask.NOTHING, Ask.NOTHING),
    ],
)
def test_each_policy_asks_its_far_end_and_whom_it_dials(policy: ConsentPolicy, far_end: Ask, dialled: Ask) -> None:
    assert asked_of(policy, [policy], dialled=False) is far_end
    assert asked_of(policy, [policy], dialled=True) is dialled


def test_a_stricter_policy_of_whom_it_talks_with_asks_more() -> None:
    assert asked_of(ConsentPolicy.ANNOUNCE, [ConsentPolicy.BOTH_PARTIES], dialled=False) is Ask.KEY
    assert asked_of(ConsentPolicy.EXTERNAL, [ConsentPolicy.BOTH_PARTIES], dialled=False) is Ask.NOTHING


def test_strictness_orders_every_policy_and_asks_never_less() -> None:
    assert sorted(STRICTNESS) == sorted(ConsentPolicy)
    assert (
        strictest([ConsentPolicy.ANNOUNCE, ConsentPolicy.BOTH_PARTIES, ConsentPolicy.PRESS])
        is ConsentPolicy.BOTH_PARTIES
    )
    asked = [TERMS[policy].far_end for policy in STRICTNESS]
    assert asked == sorted(asked)


@pytest.mark.parametrize(
    ("ask", "answer", "given"),
    [
        (Ask.TELL, ConsentAnswer(How.ANNOUNCED, QUESTION), Given.YES),
        (Ask.TELL, ConsentAnswer(How.UNHEARD, QUESTION), Given.NO),
        (Ask.KEY, ConsentAnswer(How.DIGIT, QUESTION, "1"), Given.YES),
        (Ask.KEY, ConsentAnswer(How.DIGIT, QUESTION, "2"), Given.NO),
        (Ask.KEY, ConsentAnswer(How.DIGIT, QUESTION, "5"), Given.NO),
        (Ask.KEY, ConsentAnswer(How.NO_ANSWER, QUESTION), Given.NO),
        (Ask.KEY, ConsentAnswer(How.ANNOUNCED, QUESTION), Given.NO),
    ],
)
def test_what_is_consent(ask: Ask, answer: ConsentAnswer, given: Given) -> None:
    decision = decide(ConsentChoice(ConsentPolicy.BOTH_PARTIES), ask, answer, LEG, Purpose.RECORDING)

    assert decision.record.given is given
    assert (decision.consent is not None) == (given is Given.YES)
    assert (decision.record.wording, decision.record.wording_version) == ("May we?", "1")
    assert (decision.record.digit, decision.record.offset_s, decision.record.at) == (answer.digit, 2.5, NOON)


def test_an_assertion_keeps_who_when_and_what() -> None:
    record = decide(EXTERNAL, Ask.NOTHING, asserted(EXTERNAL), LEG, Purpose.RECORDING).record

    assert (record.given, record.how) == (Given.YES, How.EXTERNAL)
    assert (record.reference, record.given_by, record.given_at) == ("CRM 7", "Zoë", NOON)
    assert record.wording == "I agree to be recorded."


@pytest.mark.parametrize("choice", [replace(EXTERNAL, reference=None), replace(NEEDLESS, basis=None)])
def test_nothing_is_asserted_without_what_goes_with_it(choice: ConsentChoice) -> None:
    assert decide(choice, Ask.NOTHING, asserted(choice), LEG, Purpose.RECORDING).consent is None
    assert faults(choice)


def test_none_needed_keeps_its_legal_basis() -> None:
    record = decide(NEEDLESS, Ask.NOTHING, asserted(NEEDLESS), LEG, Purpose.RECORDING).record

    assert (record.given, record.how, record.basis) == (Given.YES, How.NOT_NEEDED, NEEDLESS.basis)


def test_a_policy_that_asks_can_not_be_skipped() -> None:
    choice, answer = ConsentChoice(ConsentPolicy.ANNOUNCE), ConsentAnswer(How.NOT_NEEDED)

    assert decide(choice, Ask.NOTHING, answer, LEG, Purpose.RECORDING).consent is None


def test_a_withdrawal_is_a_record_of_its_own_of_the_same_thing() -> None:
    consent = decide(
        ConsentChoice(ConsentPolicy.PRESS, Withdrawal.DELETE),
        Ask.KEY,
        ConsentAnswer(How.DIGIT, QUESTION, "1"),
        LEG,
        Purpose.RECORDING,
    ).consent
    assert consent is not None

    record = withdrawal_of(consent, How.DIGIT, replace(LEG, offset_s=9.0))

    assert record.id != consent.id
    assert (record.given, record.how, record.digit, record.offset_s) == (Given.WITHDRAWN, How.DIGIT, "*0", 9.0)
    assert record.wording_version == "1"


def test_consent_to_a_notice_does_not_answer_a_question() -> None:
    announce, heard = ConsentChoice(ConsentPolicy.ANNOUNCE), ConsentAnswer(How.ANNOUNCED)
    told = decide(announce, Ask.TELL, heard, LEG, Purpose.RECORDING).consent
    said = decide(EXTERNAL, Ask.NOTHING, asserted(EXTERNAL), LEG, Purpose.RECORDING).consent
    assert told is not None
    assert said is not None

    assert told.answers(Ask.TELL)
    assert not told.answers(Ask.KEY)
    assert said.answers(Ask.KEY)


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (ConsentChoice(ConsentPolicy.NONE_NEEDED), "basis"),
        (ConsentChoice(ConsentPolicy.NONE_NEEDED, basis="  "), "basis"),
        (replace(EXTERNAL, given_at=None), "given_at"),
        (replace(EXTERNAL, wording=" "), "wording"),
        (ConsentChoice(ConsentPolicy.ANNOUNCE, reference="CRM 7"), "reference"),
    ],
)
def test_what_does_not_go_together_is_named(choice: ConsentChoice, field: str) -> None:
    assert list(faults(choice)) == [field]
