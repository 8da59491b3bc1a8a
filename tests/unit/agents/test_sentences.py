import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.sentences import MOST_HELD, SentenceJoiner

JOINED = [
    (["Good", " day", ".", " How", " are you?"], ["Good day."], "How are you?"),
    (["Good day. How are you? I am", " fine."], ["Good day.", "How are you?"], "I am fine."),
    (["The train leaves at 9.", "30 from platform two. ", "Hurry!"], ["The train leaves at 9.30 from platform two."],
     "Hurry!"),
    (["Dr. Peeters komt op 3. Mai um 10 Uhr, z.B. mit Fr. Maes. Gut?"],
     ["Dr. Peeters komt op 3. Mai um 10 Uhr, z.B. mit Fr. Maes."], "Gut?"),
    (["It was in 2026. ", "It costs 49. Fine"], ["It was in 2026.", "It costs 49."], "Fine"),
    (['"Is it you?" she asked. Yes.'], ['"Is it you?"', "she asked."], "Yes."),
    (["One\nTwo\n", "Three"], ["One", "Two"], "Three"),
    (["", " ", "\n"], [], None),
    (["One\n", "\n"], ["One"], None),
    (["Well\u2026 let me see"], ["Well\u2026"], "let me see"),
]  # fmt: skip


@pytest.mark.parametrize(("tokens", "whole", "rest"), JOINED)
def test_tokens_are_joined_to_sentences(tokens: Sequence[str], whole: Sequence[str], rest: str | None) -> None:
    joiner = SentenceJoiner()

    found = [sentence for token in tokens for sentence in joiner.add(token)]

    assert (found, joiner.rest()) == (list(whole), rest)


@pytest.mark.parametrize(
    ("held", "may_be_whole"),
    [("One moment.", True), ('"Is it you?"', True), ("One moment", False), ("Call Dr.", False), ("At 9", False),
     ("<s>One.", False), ("One moment. ", False), ("", False)],
)  # fmt: skip
def test_what_ends_as_sentences_do_may_be_one(held: str, may_be_whole: bool) -> None:
    joiner = SentenceJoiner()

    joiner.add(held)

    assert joiner.may_be_whole is may_be_whole


def test_a_text_without_an_end_is_spoken_up_to_a_word() -> None:
    joiner = SentenceJoiner()

    (first,) = joiner.add("word " * (MOST_HELD // 5 + 1))

    assert len(first) <= MOST_HELD
    assert first.split() == ["word"] * len(first.split())
    assert joiner.rest() == "word"


@pytest.mark.parametrize("text", ["word " * MOST_HELD + "end. And", "Mr. " * MOST_HELD, "<p>" + "One. " * MOST_HELD])
def test_no_sentence_is_longer_though_its_end_is_there_already(text: str) -> None:
    joiner = SentenceJoiner()

    sentences = joiner.add(text)

    assert max(len(each) for each in sentences) <= MOST_HELD


texts = st.text(alphabet='ab C1.!?\n\u2026"', max_size=600)


@given(texts, st.data())
def test_sentences_are_the_same_however_a_text_is_cut_into_tokens(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    tokens = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    assert _joined(tokens) == _joined([text])


@given(texts)
def test_nothing_but_white_space_is_lost(text: str) -> None:
    assert re.sub(r"\s+", "", "".join(_joined([text]))) == re.sub(r"\s+", "", text)


def _joined(tokens: Sequence[str]) -> list[str]:
    joiner = SentenceJoiner()
    found = [sentence for token in tokens for sentence in joiner.add(token)]
    return [*found, rest] if (rest := joiner.rest()) else found
