"""The encoding of a document that came over HTTP: what it is told to be, from outside and by itself."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from engine.errors import DocumentError

BLANK_BYTES: Final = b" \t\r\n"
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?'?([^\s\"';]+)", re.IGNORECASE)
# XML 1.0 §4.3.3: the declaration is at the very beginning, in characters that are the same in all encodings but
# those of two bytes, which a byte order mark tells.
_DECLARATION: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._\-]{0,40})[\"']")
# Python's codecs that are no encodings of text, or of which one text has many spellings.
_NO_ENCODINGS: Final = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)


def decoded(body: bytes, content_type: str) -> str | bytes:
    """A document as text, or as it came where nothing says in which encoding it is.

    A byte order mark decides, else the charset of the content type, else the document's own declaration (RFC 7303
    §3.2, §3.3); where a server names one charset for all that it sends, and that can't be right, the declaration.
    Raises DocumentError.
    """
    body = body.lstrip(BLANK_BYTES)
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _in_one_of(body[len(mark) :], [encoding])
    told = list(_told(body, content_type))
    return _in_one_of(body, told) if told else body


def _told(body: bytes, content_type: str) -> Iterator[str]:
    if (charset := _CHARSET.search(content_type)) is not None:
        yield charset.group(1)
    if (declared := _DECLARATION.match(body)) is not None:
        name = declared.group(1).decode("ascii")
        # What could be read byte by byte is not in two bytes each, though some tools of Windows say so.
        yield "utf-8" if name.lower().startswith(("utf-16", "utf16", "ucs-2")) else name


def _in_one_of(body: bytes, names: list[str]) -> str:
    for name in names:
        try:
            return body.decode(_known(name))
        except (LookupError, ValueError):
            continue
    said = " or ".join(repr(name) for name in names)
    raise DocumentError(f"The document is not in the encoding that is named for it, {said}.")


def _known(name: str) -> str:
    if codecs.lookup(name).name in _NO_ENCODINGS:
        raise LookupError
    return name
