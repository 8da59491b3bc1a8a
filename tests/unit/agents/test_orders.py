import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.orders import (
    MOST_CHARACTERS,
    AgentOrder,
    BadOrder,
    EndSession,
    PlayFile,
    SayToken,
    SendKeys,
    SpeakLanguage,
    order_of,
)
from engine.flow.program_plans import InterruptedBy

READ: list[tuple[dict[str, object], AgentOrder]] = [
    ({"type": "text", "token": "Hello ", "last": False}, SayToken("Hello ")),
    ({"type": "text", "token": "", "last": True}, SayToken("", last=True)),
    (
        {"type": "text", "token": "Dag.", "last": True, "lang": "nl-BE", "interruptible": False, "preemptible": True},
        SayToken("Dag.", last=True, language="nl-BE", interruptible=InterruptedBy.NOTHING, preemptible=True),
    ),
    ({"type": "text", "token": "x", "lang": None, "new": [1]}, SayToken("x")),
    ({"type": "text", "token": "x", "interruptible": "dtmf"}, SayToken("x", interruptible=InterruptedBy.KEYS)),
    ({"type": "play", "source": "https://agent.example/hold.mp3"}, PlayFile("https://agent.example/hold.mp3")),
    ({"type": "play", "source": "a", "loop": 0, "preemptible": True}, PlayFile("a", loop=0, preemptible=True)),
    ({"type": "sendDigits", "digits": "9www4085551212#"}, SendKeys("9www4085551212#")),
    ({"type": "language", "ttsLanguage": "fr-FR"}, SpeakLanguage(spoken="fr-FR")),
    (
        {"type": "language", "ttsLanguage": "de-DE", "transcriptionLanguage": "en-GB"},
        SpeakLanguage(spoken="de-DE", understood="en-GB"),
    ),
    ({"type": "end"}, EndSession()),
    (
        {"type": "end", "handoffData": '{"reason": "a person is wanted"}'},
        EndSession('{"reason": "a person is wanted"}'),
    ),
]
REFUSED = [
    ("", "JSON object"),
    ("hello", "JSON object"),
    ("[]", "JSON object"),
    ('"text"', "JSON object"),
    ("[" * 50_000, "JSON object"),
    ('{"type": "text", "token": NaN}', "JSON object"),
    ("{}", "'type' is one of text, play"),
    ('{"type": "speak"}', "'type' is one of text, play"),
    ('{"type": 1}', "'type' is a text"),
    ('{"type": "text"}', "'token' is missing"),
    ('{"type": "text", "token": 3}', "'token' is a text"),
    ('{"type": "text", "token": "x", "last": "yes"}', "'last' is true or false"),
    ('{"type": "text", "token": "x", "interruptible": "keys"}', "'interruptible' is true, false, or one of none, dtmf"),
    ('{"type": "play"}', "'source' is missing"),
    ('{"type": "play", "source": ""}', "'source' is the URL"),
    ('{"type": "play", "source": "a", "loop": -1}', "'loop' is a whole number from 0 to 1000"),
    ('{"type": "play", "source": "a", "loop": true}', "'loop' is a whole number"),
    ('{"type": "sendDigits", "digits": ""}', "'digits' is up to"),
    ('{"type": "sendDigits", "digits": "1 2"}', "'digits' is up to"),
    ('{"type": "language"}', "ttsLanguage, transcriptionLanguage, or both"),
    ('{"type": "end", "handoffData": {"reason": "x"}}', "'handoffData' is a text"),
    (json.dumps({"type": "text", "token": "x" * MOST_CHARACTERS}), "characters at most"),
]


@pytest.mark.parametrize(("fields", "order"), READ)
def test_a_programs_message_is_read_as_published(fields: dict[str, object], order: AgentOrder) -> None:
    assert order_of(json.dumps(fields)) == order


@pytest.mark.parametrize(("message", "why"), REFUSED)
def test_what_is_no_order_is_refused_with_what_it_should_be(message: str, why: str) -> None:
    with pytest.raises(BadOrder, match=why.replace("(", r"\(")):
        order_of(message)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["token", "last", "lang", "source", "loop", "digits", "ttsLanguage", "handoffData"])


@given(st.sampled_from(["text", "play", "sendDigits", "language", "end", "other"]), st.dictionaries(names, anything))
def test_whatever_the_fields_are_a_message_is_read_or_refused(kind: str, fields: dict[str, object]) -> None:
    with suppress(BadOrder):
        order_of(json.dumps({"type": kind, **fields}))
