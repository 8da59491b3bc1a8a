"""URLs go out as they were written, where they are written as RFC 3986 has it."""

import pytest

from engine.webhooks.request import parsed


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/a%2fb/%7euser?q=a%20b+c&n=%c3%a9",
        "https://shop.example:8443/~user/(x);v=1?a=1&a=2&empty=",
        "http://127.0.0.1:8090/voice?url=https%3A%2F%2Fx%2F",
    ],
)
def test_what_is_written_well_is_asked_for_as_it_is(url: str) -> None:
    assert str(parsed(url)) == url


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://SHOP.example/a b", "https://shop.example/a%20b"),
        ("https://shop.example/100%", "https://shop.example/100%25"),
    ],
)
def test_what_is_not_is_put_right(url: str, asked: str) -> None:
    assert str(parsed(url)) == asked
