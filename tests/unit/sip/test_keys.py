"""Keys in INFO, as gateways write them."""

import pytest

from sip.keys import RELAY, SINGLE, key_of
from sip.message import Message


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        (RELAY, "Signal=5\r\nDuration=160\r\n", "5"),
        (RELAY, "signal= #\nduration=160\n", "#"),
        (RELAY, "Signal=10\r\nDuration=160\r\n", "*"),
        (RELAY, "Signal=11\r\n", "#"),
        (RELAY, "Signal=a\r\n", "A"),
        (RELAY, "Duration=160\r\nSignal: 7\r\n", "7"),
        (RELAY, "Signal=16\r\n", None),
        (RELAY, "Signal=flash\r\n", None),
        (RELAY, "Duration=160\r\n", None),
        (SINGLE, "5", "5"),
        (SINGLE, "*\r\n", "*"),
        (SINGLE, "11", "#"),
        (SINGLE, "", None),
        ("text/plain", "5", None),
    ],
)
def test_a_key_is_one_of_sixteen_or_none(kind: str, body: str, key: str | None) -> None:
    assert key_of(Message("", (("content-type", kind),), body)) == key
