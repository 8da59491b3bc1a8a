"""XML and JSON say the same, the schema says what the parser takes, and whatever is parsed, it never crashes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine.flow
from engine.errors import DocumentError
from engine.flow.document import Document
from engine.flow.parse import parse
from engine.flow.schema import flow_schema
from engine.flow.write import to_json, to_xml
from tests.unit.flow.spellings import Piece, as_json, as_xml, flows

VALIDATOR = jsonschema.Draft202012Validator(flow_schema())
CONTENT_TYPES = st.none() | st.sampled_from(
    ["text/xml", "application/json", "text/html; charset=utf-8", "text/xml; charset=latin-1", "text/plain", "nonsense"]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("verb"), inner, max_size=4),
    max_leaves=12,
)


def document_or_error(body: Any, content_type: str | None = None) -> Document | None:
    try:
        return parse(body, content_type)
    except DocumentError as error:
        str(error).encode()  # can be stored and shown
        return None


@given(flows())
def test_both_spellings_make_the_identical_document(flow: list[Piece]) -> None:
    assert parse(as_xml(flow)) == parse(as_json(flow)) == parse(json.dumps(as_json(flow)).encode())


@given(flows())
def test_a_flow_keeps_its_meaning_from_one_spelling_to_the_other_and_back(flow: list[Piece]) -> None:
    document = parse(as_xml(flow))

    through_json = parse(to_json(document))
    through_xml = parse(to_xml(through_json))

    assert document == through_json == through_xml
    VALIDATOR.validate(to_json(document))


@given(flows())
def test_what_the_parser_takes_the_schema_takes(flow: list[Piece]) -> None:
    VALIDATOR.validate(as_json(flow))


@given(flows().filter(bool), st.data())
def test_a_value_that_the_parser_refuses_the_schema_refuses(flow: list[Piece], data: st.DataObject) -> None:
    spelled = as_json(flow)
    verb = data.draw(st.sampled_from(spelled))
    key = data.draw(st.sampled_from([*verb, "surplus"]))
    verb[key] = data.draw(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.lists(st.integers())
    )
    if document_or_error(spelled) is None and key != "to":
        assert not VALIDATOR.is_valid(spelled)


@given(st.text() | st.binary(), CONTENT_TYPES)
def test_any_text_is_a_document_or_an_error(body: str | bytes, content_type: str | None) -> None:
    document_or_error(body, content_type)


@given(flows(), st.data(), CONTENT_TYPES)
def test_a_damaged_document_is_a_document_or_an_error(
    flow: list[Piece], data: st.DataObject, content_type: str | None
) -> None:
    text = data.draw(st.sampled_from([as_xml(flow), json.dumps(as_json(flow))]))
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 8))
    put = data.draw(
        st.text(max_size=4) | st.sampled_from(["<", ">", "&", "]]>", "<!--", '"', "{", "[", ",", "</Response>"])
    )
    document_or_error(text[:at] + put + text[at + cut :], content_type)


@given(ANY_JSON)
def test_any_json_is_a_document_or_an_error(value: Any) -> None:
    document_or_error(value if isinstance(value, list) else [value])


@given(
    ANY_JSON,
    st.sampled_from(["say", "play", "gather", "dial", "record"]),
    st.sampled_from(["text", "to", "prompts", "url", "loop"]),
)
def test_any_value_of_a_key_is_a_document_or_an_error(value: Any, verb: str, key: str) -> None:
    document_or_error([{"verb": verb, key: value}])


@pytest.mark.promise
def test_the_published_schema_is_that_of_the_verbs() -> None:
    published = Path(engine.flow.__file__).with_name("schema.json")
    assert json.loads(published.read_text(encoding="utf-8")) == flow_schema(), (
        "renew it: python -m engine.flow.schema > engine/flow/schema.json"
    )


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(flow_schema())


@pytest.mark.parametrize(
    "wrong",
    [{}, [{}], [{"verb": "sing"}], [{"verb": "say", "txt": "x"}], [{"verb": "gather", "numDigits": "1"}],
     [{"verb": "dial", "to": [{"number": "12"}]}], [{"verb": "record", "transcribe": True}]],
)  # fmt: skip
def test_the_schema_refuses_what_is_wrong(wrong: Any) -> None:
    assert not VALIDATOR.is_valid(wrong)
    assert document_or_error(json.dumps(wrong)) is None
