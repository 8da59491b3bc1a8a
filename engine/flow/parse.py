"""Reads a call flow, whichever way it is spelled."""

import codecs
import re
from typing import Any, Final

from engine.errors import DocumentError
from engine.flow.document import Document
from engine.flow.findings import STRICT, Findings
from engine.flow.from_json import from_json
from engine.flow.from_xml import from_xml

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_ENCODINGS: Final = frozenset({"ascii", "cp1252", "iso8859-1", "iso8859-15", "utf-16", "utf-8"})
_BLANK_AND_MARK: Final = "\ufeff \t\r\n"


def parse(body: str | bytes | list[Any], content_type: str | None = None, findings: Findings = STRICT) -> Document:
    """The call flow in a webhook's answer or a request.

    The content type decides where it names XML or JSON, otherwise the first character: many servers call
    everything text/html. Raises DocumentError, unless `findings` takes the faults to tell them all at once.
    """
    if isinstance(body, list):
        return from_json(body, findings)
    kind = (content_type or "").partition(";")[0].strip().lower()
    if isinstance(body, bytes) and (charset := _CHARSET.search(content_type or "")):
        body = _decoded(body, charset.group(1))
    if isinstance(body, str):
        body = body.strip(_BLANK_AND_MARK)
    first = _first_character(body)
    if not first:
        raise DocumentError("The document is empty.")
    if kind.endswith(("/json", "+json")):
        return from_json(body, findings)
    if kind.endswith(("/xml", "+xml")) or first == "<":
        return from_xml(body, findings)
    if first in "[{":
        return from_json(body, findings)
    raise DocumentError("This is neither XML nor JSON: a call flow begins with <Response> or [.", line=1, column=1)


def _decoded(body: bytes, charset: str) -> str:
    try:
        encoding = codecs.lookup(charset).name
        if encoding not in _ENCODINGS:
            raise LookupError
        return body.decode(encoding)
    except (LookupError, ValueError):
        detail = f"The document is not in the encoding that its content type names, {charset!r}."
        raise DocumentError(detail) from None


def _first_character(body: str | bytes) -> str:
    text = body[:1024].decode("utf-8", "ignore") if isinstance(body, bytes) else body
    return text.lstrip(_BLANK_AND_MARK + "\x00")[:1]
