"""The address of a program, as flows name it."""

from typing import Final

from yarl import URL

from engine.errors import InvalidField

SCHEMES: Final = frozenset({"ws", "wss"})


def program_url(text: str, field: str) -> URL:
    """The URL, which has no query string. Raises InvalidField for what no flow may name."""
    try:
        url = URL(text)
        url.port  # noqa: B018 - which is read when it is asked for
    except ValueError as error:
        raise InvalidField(field, f"{text!r} is no URL: {error}.") from None
    if url.scheme not in SCHEMES or not url.raw_host:
        raise InvalidField(field, f"{text!r} is no address of a program: write it as wss://HOST/PATH.")
    if url.query_string:
        raise InvalidField(
            field, "No query string leaves the platform: give the values as <Parameter>, and leave it out."
        )
    if url.user is not None:
        raise InvalidField(
            field, "No user and password leave the platform: give what the program needs as <Parameter>."
        )
    return url.with_fragment(None)
