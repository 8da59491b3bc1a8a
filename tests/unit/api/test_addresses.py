"""Where the REST interface is reached, as it is written into what others are told."""

import pytest

from api.http.listening import address_of, public_address_of
from config.settings import Settings
from engine.errors import TelefoonError


def test_without_a_proxy_it_is_reached_where_it_listens() -> None:
    settings = Settings(http_host="127.0.0.1", http_port=8081)

    assert public_address_of(settings) == address_of(settings) == "http://127.0.0.1:8081"


@pytest.mark.parametrize("url", ["https://voice.example.com", "https://voice.example.com/", "http://h:8443/telefoon/"])
def test_behind_a_proxy_it_is_reached_where_that_is(url: str) -> None:
    settings = Settings(public_url=url)

    assert public_address_of(settings) == url.rstrip("/")
    assert address_of(settings) == "http://127.0.0.1:8080"


@pytest.mark.parametrize("url", ["voice.example.com", "ftp://x", "https://user:secret@x", "https://x/?a=1"])
def test_what_is_no_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises((TelefoonError, ValueError), match=r"voice\.example\.com"):
        Settings(public_url=url)
