"""One request as it goes over the wire, and as it is shown to people."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus

from yarl import URL

from engine.errors import WebhookError
from engine.flow_faults import FlowFault
from engine.model.callback import BodyFormat
from engine.privacy.masking import HIDDEN_VALUE

BODY_HASH: Final = "bodySHA256"

_KEEPING_THE_METHOD: Final = frozenset({307, 308})


_CONTENT_TYPES: Final = {
    BodyFormat.FORM: "application/x-www-form-urlencoded",
    BodyFormat.JSON: "application/json",
}


@dataclass(frozen=True)
class WebRequest:
    """`url` is without a fragment; of a GET the parameters are in it. Values named in `hidden` are never shown.

    Without slots, so that a body that is sent and signed twice is written once.
    """

    method: str
    url: URL
    params: Mapping[str, str] = field(default_factory=dict)
    format: BodyFormat = BodyFormat.FORM
    hidden: frozenset[str] = frozenset()

    @classmethod
    def to(
        cls, url: URL, method: str, params: Mapping[str, str], format_: BodyFormat = BodyFormat.FORM,
        hidden: frozenset[str] = frozenset(),
    ) -> "WebRequest":  # fmt: skip
        """GET with the parameters in the query, or POST with them in the body."""
        url = url.with_fragment(None)
        if method == "GET":
            return cls(method, url.extend_query(params), {}, format_, hidden)
        return cls(method, url, params, format_, hidden)

    @cached_property
    def body(self) -> bytes:
        """Empty for a GET."""
        if self.method == "GET":
            return b""
        if self.format is BodyFormat.JSON:
            return json.dumps(dict(self.params), ensure_ascii=False, separators=(",", ":")).encode()
        return form_text(self.params).encode()

    @property
    def content_type(self) -> str | None:
        return None if self.method == "GET" else _CONTENT_TYPES[self.format]

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters of a body that is a form."""
        return self.params if self.method != "GET" and self.format is BodyFormat.FORM else {}

    @property
    def wire_url(self) -> URL:
        """The URL asked: a JSON body is named by its hash in the query, as its signature covers the URL alone."""
        if self.method == "GET" or self.format is BodyFormat.FORM:
            return self.url
        return self.url.update_query({BODY_HASH: hashlib.sha256(self.body).hexdigest()})

    @property
    def requested_url(self) -> str:
        """What the server can put together from its request: no user, no password, no fragment, never no path."""
        url = self.wire_url
        return f"{url.origin()}{url.raw_path_qs}"

    @property
    def shown_url(self) -> str:
        """The URL as people may see it: without password, fragment and hidden values."""
        url = self.url.with_fragment(None)
        if url.raw_user or url.raw_password:
            url = url.with_user(None)
        for name in self.hidden & set(url.query):
            url = url.update_query({name: HIDDEN_VALUE})
        return str(url).replace(quote(HIDDEN_VALUE), HIDDEN_VALUE)

    @property
    def shown_params(self) -> dict[str, str]:
        """The body's parameters for people."""
        return {name: HIDDEN_VALUE if name in self.hidden else value for name, value in self.params.items()}

    @property
    def shown(self) -> str:
        return f"{self.method} {self.shown_url}"

    def redirected(self, status: int, location: str) -> "WebRequest":
        """RFC 9110 §15.4: other than 307 and 308, a redirect turns POST into GET, and its form is dropped."""
        try:
            url = self.url.join(URL(location)).with_fragment(None)
        except ValueError:
            raise WebhookError(
                f"{self.shown} redirected to {location!r}, which is not a URL.", FlowFault.REDIRECT
            ) from None
        if status in _KEEPING_THE_METHOD:
            return WebRequest(self.method, url, self.params, self.format, self.hidden)
        return WebRequest("GET", url, {}, self.format, self.hidden)


def form_text(params: Mapping[str, str]) -> str:
    """The parameters as a form has them, as urlencode writes them; most are words and digits that are never quoted."""
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in params.items()])


def _quoted(text: str) -> str:
    return text if text.isascii() and text.isalnum() else quote_plus(text)


_AS_WRITTEN: Final = re.compile(
    r"https?://[a-z0-9.-]+(?::[0-9]+)?(?:[/?#](?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)
"""With its host in lower case, as others compare it, and nothing in it that would have to be escaped (RFC 3986 §2)."""


def parsed(url: str) -> URL:
    """An absolute URL, which goes out as it is written where it is written as RFC 3986 has it. Raises WebhookError.

    Servers compare signatures, and paths, by what they see: `%7e` and `%7E` and `~` are three to many.
    """
    try:
        found = URL(url)
    except ValueError:
        raise WebhookError(f"{url!r} is not a URL.", FlowFault.URL) from None
    if not found.absolute:
        raise WebhookError(f"{url!r} is not an absolute URL.", FlowFault.URL)
    return URL(url, encoded=True) if _AS_WRITTEN.fullmatch(url) else found
