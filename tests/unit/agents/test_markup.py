"""SSML within what an agent's program sends: which sentences it makes, and what is said and told of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.markup import as_ssml, words_alone
from engine.agents.pieces import SpokenSentence
from engine.agents.sentences import SentenceJoiner
from engine.flow.markup import canonical
from tests.unit.agents.talk import AgentTalk

SPOKEN = [
    ('Hello <break time="500ms"/> there.', '<speak>Hello <break time="500ms"></break> there.</speak>', "Hello there."),
    ("<emphasis>Now</emphasis> & here", "<speak><emphasis>Now</emphasis> &amp; here</speak>", "Now & here"),
    ("<speak>One <w>two</w>.</speak>", "<speak>One <w>two</w>.</speak>", "One two."),
    ('1 < 2 <sub alias="and">&amp;</sub>', '<speak>1 &lt; 2 <sub alias="and">&amp;</sub></speak>', "1 < 2 &"),
    ("<speak>Plain.</speak>", None, "Plain."),
    ("Never <p>closed.", None, "Never closed."),
    ("a < b and <thinking>", None, "a < b and <thinking>"),
    ("Plain.", None, "Plain."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "ssml", "words"), SPOKEN)
def test_markup_is_told_from_plain_text(text: str, ssml: str | None, words: str) -> None:
    assert (as_ssml(text), words_alone(text)) == (ssml, words)


def test_a_sentence_ends_neither_within_an_element_nor_within_a_tag() -> None:
    joiner = SentenceJoiner()

    assert joiner.add('See <prosody rate="slow">One. Two. Three') == []
    assert joiner.add('</prosody>. <sub alias="Ltd. ') == ['See <prosody rate="slow">One. Two. Three</prosody>.']
    assert joiner.add('Co. ">X</sub>. And') == ['<sub alias="Ltd. Co. ">X</sub>.']


def test_markup_is_said_and_its_words_alone_are_told() -> None:
    talk = AgentTalk()

    talk.text('It is <say-as interpret-as="digits">12</say-as>. ', last=False)
    talk.text('<break time="1s"/>', last=True)

    assert talk.performed == [talk.performing]
    assert isinstance(talk.performing, SpokenSentence)
    assert talk.performing.text == "It is 12."
    assert talk.performing.ssml == '<speak>It is <say-as interpret-as="digits">12</say-as>.</speak>'
    talk.pass_s(3)
    assert talk.performing is None, "a pause at the end of a turn is none"


@given(st.text(alphabet="<>/&;\"'= psubreakwd.", max_size=60))
def test_whatever_is_sent_is_right_ssml_or_plain(text: str) -> None:
    ssml = as_ssml(text)

    assert ssml is None or canonical(ssml) == ssml
