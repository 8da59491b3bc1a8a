"""Replaces (RFC 3891): how it is read, and what is answered by how far the dialog that it names has come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.message import Message, read_message
from sip.replaces import (
    DialogName,
    DialogStage,
    Replaces,
    ReplacesError,
    answer_to_malformed,
    answer_to_replaces,
    replaces_in,
)

TAGS = st.text("abcXYZ019-.!%*_+`'~", min_size=1, max_size=40)
CALL_IDS = st.text("abcXYZ019-.!%*_+`'~()@:/[]?{}", min_size=1, max_size=60)
STAGES = st.sampled_from(DialogStage)
NAME = DialogName.of("425928@bobster.example", "7743", "6472")


def invite(*values: str, **more: str) -> Message:
    return Message("", (*(("replaces", value) for value in values), *more.items()))


@given(CALL_IDS, TAGS, TAGS, st.booleans(), st.booleans())
def test_the_dialog_is_read_however_it_is_written(
    call_id: str, ours: str, theirs: str, early_only: bool, spaced: bool
) -> None:
    apart = " ; " if spaced else ";"
    written = apart.join((call_id, f"from-tag={theirs}", f"TO-TAG={ours}", *(["early-only"] if early_only else [])))
    message = read_message(f"INVITE sip:a@b SIP/2.0\r\nReplaces: {written}\r\n\r\n")

    assert replaces_in(message) == Replaces(DialogName.of(call_id, ours, theirs), early_only)


def test_an_invite_without_the_header_asks_for_no_place() -> None:
    assert replaces_in(invite()) is None
    assert answer_to_malformed(invite()) is None


@pytest.mark.parametrize(
    "message",
    [
        invite("a@b;to-tag=1;from-tag=2", "a@b;to-tag=1;from-tag=2"),
        invite("a@b;to-tag=1;from-tag=2, c@d;to-tag=1;from-tag=2"),
        invite("a@b;to-tag=1"),
        invite("a@b;from-tag=1"),
        invite("a@b;to-tag=;from-tag=2"),
        invite("a@b"),
        invite(";to-tag=1;from-tag=2"),
        invite(""),
        invite("a b;to-tag=1;from-tag=2"),
        invite("a@b;to-tag=1;from-tag=2", join="a@b;to-tag=1;from-tag=2"),
    ],
)
def test_what_can_not_be_read_is_answered_with_400(message: Message) -> None:
    with pytest.raises(ReplacesError):
        replaces_in(message)

    answer = answer_to_malformed(message)

    assert answer is not None
    assert answer.code == 400


@given(st.text(max_size=200))
def test_nothing_that_comes_makes_the_reader_fail_otherwise(value: str) -> None:
    try:
        found = replaces_in(invite(value))
    except ReplacesError:
        return
    assert found is not None
    assert found.dialog.our_tag
    assert found.dialog.their_tag


@pytest.mark.parametrize(
    ("stage", "code", "code_if_early_only"),
    [
        (DialogStage.CONFIRMED, None, 486),
        (DialogStage.EARLY_OURS, None, None),
        (DialogStage.EARLY_THEIRS, 481, 481),
        (DialogStage.ENDED, 603, 603),
        (DialogStage.CARRIES_FAX, 603, 486),
    ],
)
def test_what_is_answered_goes_by_how_far_the_dialog_has_come(
    stage: DialogStage, code: int | None, code_if_early_only: int | None
) -> None:
    answers = [answer_to_replaces(Replaces(NAME, early_only), [stage]) for early_only in (False, True)]

    assert [answer and answer.code for answer in answers] == [code, code_if_early_only]


@given(st.lists(STAGES).filter(lambda stages: len(stages) != 1), st.booleans())
def test_no_dialog_and_several_are_both_none(stages: list[DialogStage], early_only: bool) -> None:
    answer = answer_to_replaces(Replaces(NAME, early_only), stages)

    assert answer is not None
    assert answer.code == 481


def test_tags_are_compared_without_regard_to_case_and_call_ids_with_it() -> None:
    assert DialogName.of("a@b", "Tag", "oTHer") == DialogName.of("a@b", "tag", "other")
    assert DialogName.of("a@b", "1", "2") != DialogName.of("A@b", "1", "2")
