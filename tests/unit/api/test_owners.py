"""Which node answers a request, as far as its path tells."""

import pytest

from api.http.owners import call_alone, identifiers_in

CALL, CONFERENCE, RECORDING = "CA01a22be3beb9502c8fc4b3f7357d1fc8", "CF01a2", "RE01a2"


@pytest.mark.parametrize(
    ("named", "call_id"),
    [
        ([CALL], CALL),
        (["AC01a2", CALL], CALL),
        ([], None),
        ([RECORDING], None),
        ([CALL, RECORDING], None),
        ([CONFERENCE, CALL], None),
    ],
)
def test_a_call_that_is_named_alone_is_answered_for_by_the_node_that_carries_it(
    named: list[str], call_id: str | None
) -> None:
    assert call_alone(named) == call_id


@pytest.mark.parametrize("parameter", ["stream", "StreamSid"])
@pytest.mark.parametrize("name", ["CAller", "REader", "CF01a2"])
def test_a_streams_name_that_looks_like_an_identifier_is_none(parameter: str, name: str) -> None:
    assert call_alone(identifiers_in({"call_id": CALL, parameter: name})) == CALL
