"""Reads a call flow, whichever way it is spelled."""

import codecs
import re
from typing import Any, Final

from engine.errors import DocumentError
from engine.flow.diagnostics import STRICT, Findings
from engine.flow.document import Document
from engine.flow.from_json import from_json
from engine.flow.from_xml import from_xml

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_ENCODINGS: Final = frozenset(
    {"ascii", "cp1252", "iso8859-1", "iso8859-15", "utf-16", "utf-16-be", "utf-16-le", "utf-8"}
)
_BLANK_AND_MARK: Final = "\ufeff \t\r\n"
_BLANK_BYTES: Final = b" \t\r\n"
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def parse(body: str | bytes | list[Any], content_type: str | None = None, findings: Findings = STRICT) -> Document:
    """The call flow in a webhook's answer or a request.

    The content type decides where it names XML or JSON, otherwise the first character: many servers call
    everything text/html. Raises DocumentError, unless `findings` takes the faults to tell them all at once.
    """
    if isinstance(body, list):
        return from_json(body, findings)
    kind = (content_type or "").partition(";")[0].strip().lower()
    if isinstance(body, bytes):
        body = _read(body, content_type or "")
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


def _read(body: bytes, content_type: str) -> str | bytes:
    """Decode a document whose encoding is told from outside: by a byte order mark, else the charset (RFC 7303 §3.3)."""
    body = body.lstrip(_BLANK_BYTES)
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], encoding)
    charset = _CHARSET.search(content_type)
    return body if charset is None else _decoded(body, charset.group(1))


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
