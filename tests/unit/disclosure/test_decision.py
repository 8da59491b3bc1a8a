"""No program speaks without a Disclosure, and only what was heard or what a client asserts makes one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.model.disclosure import (
    Disclosure,
    DisclosureChoice,
    DisclosurePolicy,
    HeardNotice,
    ToldLeg,
    disclosed,
    faults,
    load_notice_texts,
)
from tests.unit.store.samples import NOON

LEG = ToldLeg("AC1", "CA1", "+3225550177", 1)
LATER = NOON + timedelta(seconds=6)
HEARD = HeardNotice(load_notice_texts().wording("Bakkerij Peeters", "nl-BE"), NOON, LATER)
SAYS_IT = DisclosureChoice(DisclosurePolicy.AGENT_SAYS_IT, "Ik ben Ann, een robot.", "Zoë Peeters", NOON)
NOT_AI = DisclosureChoice(DisclosurePolicy.NOT_AI, asserted_by="Zoë Peeters", reason="a message that a person recorded")


def test_a_notice_that_was_heard_is_a_disclosure_with_its_words_and_times() -> None:
    made = disclosed(DisclosureChoice(), HEARD, LEG, LATER)

    assert made is not None
    record = made.record
    assert (record.text, record.text_version, record.language) == (HEARD.wording.text, "1", "nl-BE")
    assert (record.begun_at, record.ended_at) == (NOON, LATER)
    assert "Bakkerij Peeters" in HEARD.wording.text


def test_a_notice_that_was_not_heard_to_its_end_is_none() -> None:
    assert disclosed(DisclosureChoice(), None, LEG, LATER) is None


@pytest.mark.parametrize("choice", [SAYS_IT, NOT_AI])
def test_what_a_client_asserts_is_one_and_names_who_did(choice: DisclosureChoice) -> None:
    made = disclosed(choice, None, LEG, LATER)

    assert made is not None
    assert made.record.policy is choice.policy
    assert made.record.asserted_by == "Zoë Peeters"
    assert made.record.text == choice.wording
    assert made.record.reason == choice.reason


@pytest.mark.parametrize(
    ("choice", "fields"),
    [
        (replace(SAYS_IT, wording=None), ["wording"]),
        (replace(SAYS_IT, asserted_by=" "), ["asserted_by"]),
        (replace(SAYS_IT, asserted_at=None), ["asserted_at"]),
        (replace(SAYS_IT, reason="x"), ["reason"]),
        (replace(NOT_AI, reason=""), ["reason"]),
        (replace(NOT_AI, wording="x"), ["wording"]),
        (DisclosureChoice(DisclosurePolicy.AGENT_SAYS_IT), ["wording", "asserted_by", "asserted_at"]),
        (DisclosureChoice(wording="x", asserted_by="y"), ["wording", "asserted_by"]),
    ],
)
def test_an_assertion_that_is_not_whole_is_refused_by_field(choice: DisclosureChoice, fields: list[str]) -> None:
    assert list(faults(choice)) == fields
    assert disclosed(choice, HEARD, LEG, LATER) is None


def test_it_is_of_use_for_the_leg_alone_that_was_told() -> None:
    made = disclosed(NOT_AI, None, LEG, LATER)
    assert made is not None

    made.require(LEG.leg)
    with pytest.raises(TypeError, match="each leg is told for itself"):
        made.require(LEG.leg + 1)


def test_python_makes_none_itself() -> None:
    make: type = Disclosure
    for arguments in ((), ("yes",), (disclosed(NOT_AI, None, LEG, NOON),)):
        with pytest.raises(TypeError):
            make(*arguments)
