"""The address of a document that is handed in: it has none, or one from which its relative URLs count."""

from typing import Final
from urllib.parse import urlsplit

_NOWHERE: Final = "https://document.invalid/"
_MARK: Final = "#document-at-hand"
"""Tells it from what a server has at the same address."""
_ITSELF: Final = "this document"


def address_of_document(base_url: str | None) -> str:
    """The address by which a simulated call asks for its document."""
    return f"{base_url or _NOWHERE}{_MARK}"


def shown(url: str) -> str:
    """A URL as people know it."""
    return _ITSELF if url == address_of_document(None) else url.removesuffix(_MARK)


def why_relative(url: str) -> str | None:
    """What is wrong with a URL that counts from a document without an address; None if it does not."""
    if not url.startswith(_NOWHERE):
        return None
    written = urlsplit(url)._replace(scheme="", netloc="").geturl()
    return f"{written!r} is relative, and a document at hand has no address to count it from."
