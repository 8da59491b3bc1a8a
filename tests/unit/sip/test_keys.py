"""Keys in INFO, as gateways write them, and keys that a far end tells twice."""

import pytest

from sip.keys import RELAY, SINGLE, KeysToldOnce, KeyWay, key_of
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


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ([(KeyWay.INFO, "1", 0), (KeyWay.INFO, "1", 0.2), (KeyWay.INFO, "2", 5)], "112"),
        ([(KeyWay.RFC4733, "1", 0), (KeyWay.INFO, "1", 0.1), (KeyWay.INBAND, "1", 0.2)], "1"),
        ([(KeyWay.RFC4733, "1", 0), (KeyWay.INFO, "1", 20), (KeyWay.RFC4733, "1", 30)], "11"),
        ([(KeyWay.INFO, "1", 0), (KeyWay.RFC4733, "1", 0.3), (KeyWay.RFC4733, "1", 0.6)], "11"),
        ([(KeyWay.INBAND, "1", 0), (KeyWay.INFO, "1", 0.5), (KeyWay.INBAND, "2", 3), (KeyWay.INFO, "2", 3.1)], "12"),
        ([(KeyWay.INFO, "1", 0), (KeyWay.RFC4733, "1", 2)], "11"),
        ([(KeyWay.INFO, "1", 0), (KeyWay.RFC4733, "2", 0.3)], "12"),
    ],
)
def test_a_press_that_comes_by_several_ways_counts_once(told: list[tuple[KeyWay, str, float]], heard: str) -> None:
    once = KeysToldOnce()

    assert "".join(key for way, key, at_s in told if once.is_new(key, way, at_s)) == heard
