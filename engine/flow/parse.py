"""Reads a call flow, whichever way it is spelled."""

from collections.abc import Callable
from typing import Any, Final

from engine.errors import DocumentError
from engine.flow.diagnostics import STRICT, Findings, Lenience
from engine.flow.document import Document
from engine.flow.encodings import BLANK_BYTES, decoded
from engine.flow.from_json import from_json
from engine.flow.from_xml import from_xml
from engine.flow.manner import STRICT_MANNER, ReadingManner
from engine.flow.verbs.say import Say
from engine.flow_faults import FlowFault
from engine.model.flow_reading import FlowReading

FromSpelling = Callable[[Any, Findings], Document]
"""Reads one of the two spellings. Raises DocumentError."""

_BLANK_AND_MARK: Final = "\ufeff" + BLANK_BYTES.decode()


def parse(body: str | bytes | list[Any], content_type: str | None = None, findings: Findings = STRICT) -> Document:
    """The call flow in a webhook's answer or a request.

    The content type decides where it names XML or JSON, otherwise the first character: many servers call
    everything text/html. Raises DocumentError, unless `findings` takes the faults to tell them all at once.
    """
    spelled, from_spelling = _recognised(body, content_type)
    return from_spelling(spelled, findings)


def read_flow(
    body: str | bytes | list[Any], content_type: str | None = None, manner: ReadingManner = STRICT_MANNER
) -> Document:
    """The call flow that a call performs, with the mistakes that were passed over in reading it, if it may be so read.

    A text/plain that is no flow is said, and the call ends: so others have it, and servers with nothing more to order,
    such as twilio-agent-connect's after a conversation, answer with an empty one. Raises DocumentError where it can't
    be read, and where every verb of it was left out.
    """
    if not isinstance(body, list) and (text := _plain_text(body, content_type)) is not None:
        return Document((Say(text),) if text else ())
    spelled, from_spelling = _recognised(body, content_type)
    if (manner.of_xml() if from_spelling is from_xml else manner.of_json()) is FlowReading.STRICT:
        return from_spelling(spelled, STRICT)
    lenience = Lenience(manner.country)
    document = from_spelling(spelled, lenience.findings())
    if lenience.faults and not document.verbs:
        raise lenience.faults[0]
    return Document(document.verbs, tuple(lenience.warnings))


def is_sound(content_type: str | None) -> bool:
    """Whether an answer of this type is sound, and so no flow."""
    return _kind(content_type).startswith("audio/")


def _recognised(body: str | bytes | list[Any], content_type: str | None) -> tuple[Any, FromSpelling]:
    """The document, decoded where its encoding is told, and what reads its spelling."""
    if isinstance(body, list):
        return body, from_json
    if is_sound(content_type):
        said = "This is sound, which is played before the call ends: it has no flow that could be read."
        raise DocumentError(said, fault=FlowFault.CONTENT_TYPE)
    kind = _kind(content_type)
    if isinstance(body, bytes):
        body = decoded(body, content_type or "")
    if isinstance(body, str):
        body = body.strip(_BLANK_AND_MARK)
    first = _first_character(body)
    if not first:
        raise DocumentError("The document is empty.", fault=FlowFault.EMPTY)
    if kind.endswith(("/json", "+json")):
        return body, from_json
    if kind.endswith(("/xml", "+xml")) or first == "<":
        return body, from_xml
    if first in "[{":
        return body, from_json
    said = "This is neither XML nor JSON: a call flow begins with <Response> or [."
    raise DocumentError(said, line=1, column=1, fault=FlowFault.CONTENT_TYPE)


def _plain_text(body: str | bytes, content_type: str | None) -> str | None:
    """The words of an answer that says that it is plain text; None where it is a flow all the same."""
    if _kind(content_type) != "text/plain" or _first_character(body) in tuple("<[{"):
        return None
    text = decoded(body, content_type or "") if isinstance(body, bytes) else body
    return (text if isinstance(text, str) else text.decode("utf-8", "replace")).strip(_BLANK_AND_MARK)


def _kind(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _first_character(body: str | bytes) -> str:
    text = body[:1024].decode("utf-8", "ignore") if isinstance(body, bytes) else body
    return text.lstrip(_BLANK_AND_MARK + "\x00")[:1]
