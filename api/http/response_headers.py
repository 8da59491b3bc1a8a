"""Headers of every answer that tell browsers and caches to be careful with it, and nobody what answers."""

from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web
from multidict import CIMultiDict

_CAREFUL: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # The documentation has its style within, and loads nothing.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
}
_STORED_BY_NOBODY: Final = "no-store"
_BY_TLS_FOR_A_YEAR: Final = "max-age=31536000"


async def add_careful_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal of aiohttp, before an answer's headers leave."""
    make_careful(response.headers, over_tls=request.secure)


def make_careful(headers: CIMultiDict[str], *, over_tls: bool) -> None:
    """Add them; what an answer says of these itself stays (RFC 9111 §5.2.2.5)."""
    for name, value in _CAREFUL.items():
        headers.setdefault(name, value)
    headers.setdefault(hdrs.CACHE_CONTROL, _STORED_BY_NOBODY)
    if over_tls:
        headers.setdefault("Strict-Transport-Security", _BY_TLS_FOR_A_YEAR)  # RFC 6797
    headers.popall(hdrs.SERVER, None)
