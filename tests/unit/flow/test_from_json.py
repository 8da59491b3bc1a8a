"""The JSON spelling: how it says no. That it says the same as XML is shown in test_two_spellings.py."""

import json
from typing import Any

import pytest

from engine.errors import DocumentError
from engine.flow.document import Document
from engine.flow.from_json import SIZE_LIMIT
from engine.flow.parse import parse
from engine.flow.verbs.dial import Dial
from engine.flow.verbs.nouns import Number
from engine.flow.verbs.say import Say


def refused(body: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse(body)
    return caught.value


def test_the_example_of_the_documentation() -> None:
    flow = '[{"verb": "say", "text": "Goedendag", "language": "nl-NL"}]'
    assert parse(flow) == parse(json.loads(flow)) == Document((Say("Goedendag", "nl-NL"),))


def test_one_number_may_be_dialled_in_short() -> None:
    assert parse([{"verb": "dial", "to": "+3225550199"}]) == Document((Dial(to=(Number("+3225550199"),)),))


@pytest.mark.parametrize(
    ("verb", "words", "attribute"),
    [
        ({"verb": "gather", "numDigits": "1"}, "verb 2 (gather): 'numDigits' is '1': write a whole", "numDigits"),
        ({"verb": "gather", "numDigits": True}, "verb 2 (gather): 'numDigits' is true", "numDigits"),
        ({"verb": "gather", "timeout": 1.5}, "verb 2 (gather): 'timeout' is 1.5", "timeout"),
        ({"verb": "gather", "bargeIn": "true"}, "write true or false", "bargeIn"),
        ({"verb": "gather", "method": "get"}, "one of GET, POST", "method"),
        ({"verb": "gather", "prompts": [{"verb": "pause"}, {"verb": "say", "loop": -1}]},
         "verb 2 (gather), prompts 2 (say): 'loop' is -1", "loop"),
        ({"verb": "gather", "prompts": {"verb": "say"}}, "'prompts' is {\"verb\": \"say\"}: write a list", "prompts"),
        ({"verb": "gather", "prompts": [{"verb": "dial"}]}, "prompts 1: 'verb' is 'dial'. Allowed are: say", "verb"),
        ({"verb": "say", "txt": "x"}, "no attribute 'txt'. Allowed are: text, language, voice, loop", "txt"),
        ({"verb": "say", "text": 5}, "'text' is 5: write text", "text"),
        ({"verb": "say", "text": "a\0b"}, "a character that is not allowed", "text"),
        ({"verb": "say", "text": "\ud800"}, "a character that is not allowed", "text"),
        ({"verb": "say", "language": "NL-nl"}, "one of ar-SA", "language"),
        ({"verb": "say", "language": "ja-JP"}, "one of ar-SA", "language"),
        ({"verb": "dial", "to": [{"numbers": "+3225550199"}]}, "to 1: write one of these keys: number, sip,", ""),
        ({"verb": "dial", "to": [{"number": "12"}]}, "to 1 (number): 'number' is '12': write a number", "number"),
        ({"verb": "dial", "to": 5}, "'to' is 5: write a list", "to"),
        ({"verb": "record", "transcribe": True}, "not supported: there is no transcriber", "transcribe"),
        ({"verb": "record", "transcribe": []}, "not supported: there is no transcriber", "transcribe"),
        ({"verb": "pay"}, "(pay): taking card payments is not supported", "verb"),
        ({"verb": "Say"}, "'verb' is 'Say'. Allowed are: say, play", "verb"),
        ({"verb": ["say"]}, "Allowed are", "verb"),
        ({"text": "x"}, "verb 2: there is no 'verb'. Allowed are: say, play", "verb"),
        ("say", "verb 2: write an object, not 'say'", ""),
        (None, "verb 2: write an object, not null", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(verb: Any, words: str, attribute: str) -> None:
    error = refused(json.dumps([{"verb": "pause"}, verb]))
    assert words in str(error)
    assert error.attribute == attribute


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"verb": "say"}', "is a list of verbs"),
        ("[", "This is not JSON: Expecting value"),
        ('[{"verb": "say", "verb": "play"}]', "'verb' stands twice"),
        ("[NaN]", "NaN is not a JSON number"),
        ("[" * 50_000, "nested too deeply"),
        ("[" + "1" * 5000 + "]", ""),
        (b'["\xff"]', "This is not JSON"),
        ([float("nan")], "This is not JSON"),
        ([object()], "This is not JSON"),
        (f'["{"x" * SIZE_LIMIT}"]', "longer than 64 KiB"),
        (["x" * SIZE_LIMIT], "longer than 64 KiB"),
    ],
)
def test_what_is_no_flow_at_all(body: Any, words: str) -> None:
    assert words in str(refused(body))


def test_an_error_of_syntax_has_its_place() -> None:
    error = refused('[\n  {"verb": "say",}]')
    assert error.line == 2


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse("\ufeff[]".encode()) == parse("\ufeff[]") == Document(())
