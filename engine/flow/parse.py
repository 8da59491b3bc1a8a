"""Reads a call flow, whichever way it is spelled."""

from typing import Any, Final

from engine.errors import DocumentError
from engine.flow.diagnostics import STRICT, Findings, Lenience
from engine.flow.document import Document
from engine.flow.encodings import BLANK_BYTES, decoded
from engine.flow.from_json import from_json
from engine.flow.from_xml import from_xml
from engine.flow.manner import STRICT_MANNER, ReadingManner
from engine.model.flow_reading import FlowReading

_BLANK_AND_MARK: Final = "\ufeff" + BLANK_BYTES.decode()


def parse(body: str | bytes | list[Any], content_type: str | None = None, findings: Findings = STRICT) -> Document:
    """The call flow in a webhook's answer or a request.

    The content type decides where it names XML or JSON, otherwise the first character: many servers call
    everything text/html. Raises DocumentError, unless `findings` takes the faults to tell them all at once.
    """
    body, is_xml = _recognised(body, content_type)
    if isinstance(body, list) or not is_xml:
        return from_json(body, findings)
    return from_xml(body, findings)


def read_flow(
    body: str | bytes | list[Any], content_type: str | None = None, manner: ReadingManner = STRICT_MANNER
) -> Document:
    """The call flow that a call performs, with the mistakes that were passed over in reading it, if it may be so read.

    Raises DocumentError where it can't be read, and where every verb of it was left out.
    """
    body, is_xml = _recognised(body, content_type)
    if (manner.of_xml() if is_xml else manner.of_json()) is FlowReading.STRICT:
        return parse(body, content_type)
    lenience = Lenience(manner.country)
    document = parse(body, content_type, lenience.findings())
    if lenience.faults and not document.verbs:
        raise lenience.faults[0]
    return Document(document.verbs, tuple(lenience.warnings))


def _recognised(body: str | bytes | list[Any], content_type: str | None) -> tuple[str | bytes | list[Any], bool]:
    """The document, decoded where its encoding is told, and whether it is XML."""
    if isinstance(body, list):
        return body, False
    kind = (content_type or "").partition(";")[0].strip().lower()
    if isinstance(body, bytes):
        body = decoded(body, content_type or "")
    if isinstance(body, str):
        body = body.strip(_BLANK_AND_MARK)
    first = _first_character(body)
    if not first:
        raise DocumentError("The document is empty.")
    if kind.endswith(("/json", "+json")):
        return body, False
    if kind.endswith(("/xml", "+xml")) or first == "<":
        return body, True
    if first in "[{":
        return body, False
    raise DocumentError("This is neither XML nor JSON: a call flow begins with <Response> or [.", line=1, column=1)


def _first_character(body: str | bytes) -> str:
    text = body[:1024].decode("utf-8", "ignore") if isinstance(body, bytes) else body
    return text.lstrip(_BLANK_AND_MARK + "\x00")[:1]
