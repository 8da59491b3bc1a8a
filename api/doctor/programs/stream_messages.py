"""What a program sends on a media stream, read strictly: what is none of it is told with its mend."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from api.doctor.programs.wrong_message import WrongMessage
from engine.ports.streams import StreamEncoding

MOST_MARK_BYTES: Final = 1024
_FILE_HEADERS: Final = (b"RIFF", b"ID3", b"OggS", b"fLaC")
_OTHERS_NAMES: Final = frozenset({"stream_id", "stream_sid", "streamId", "stream_name"})


@dataclass(frozen=True, slots=True)
class SoundSent:
    """`media`: sound, still as the stream carries it."""

    coded: bytes


@dataclass(frozen=True, slots=True)
class MarkSent:
    """`mark`: a name that goes back when all that came before it has been heard."""

    name: str


@dataclass(frozen=True, slots=True)
class ClearSent:
    """`clear`: what waits is not to be heard any more."""


ProgramMessage = SoundSent | MarkSent | ClearSent


def program_message(text: str, stream_sid: str, encoding: StreamEncoding) -> ProgramMessage:
    """Read a message. Raises WrongMessage."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise WrongMessage(f"{text[:60]!r} is no JSON", "Send one JSON object in each text message.") from None
    if not isinstance(message, dict):
        raise WrongMessage(f"{text[:60]!r} is no JSON object", 'Send an object with the member "event".')
    event = message.get("event")
    read = _READERS.get(event) if isinstance(event, str) else None
    if read is None:
        raise WrongMessage(
            f"event is {json.dumps(event)[:60]}", "A program sends media, mark and clear, and nothing else."
        )
    _check_sid(message, stream_sid)
    return read(message, encoding)


def _check_sid(message: Mapping[str, Any], stream_sid: str) -> None:
    given = message.get("streamSid")
    if given == stream_sid:
        return
    if given is None:
        other = next((name for name in _OTHERS_NAMES if name in message), None)
        named = f"; it has {other}" if other else ""
        raise WrongMessage(
            f"{message['event']} has no streamSid{named}", "Give streamSid beside event, as `start` told it."
        )
    raise WrongMessage(
        f"{message['event']} has another streamSid than the stream's: {json.dumps(given)[:60]}",
        "Take streamSid from this connection's own `start`: each call has another.",
    )


def _media(message: Mapping[str, Any], encoding: StreamEncoding) -> SoundSent:
    payload = _member(message, "media", "payload")
    try:
        coded = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise WrongMessage(
            f"the payload of media is no base64: {payload[:40]!r}",
            "Encode it by the usual alphabet, with padding and without line breaks.",
        ) from None
    if not coded:
        raise WrongMessage("the payload of media is empty", "Send media where there is sound, and else nothing.")
    if coded.startswith(_FILE_HEADERS):
        raise WrongMessage(
            f"the payload begins as a file does ({coded[:4]!r})",
            "Send the bare samples: a file's header is heard as a click, and another coding as noise.",
        )
    if encoding is StreamEncoding.L16 and len(coded) % 2:
        raise WrongMessage(f"l16 of {len(coded)} bytes", "A sample has two bytes: cut only between samples.")
    return SoundSent(coded)


def _mark(message: Mapping[str, Any], _encoding: StreamEncoding) -> MarkSent:
    name = _member(message, "mark", "name")
    if len(name.encode(errors="replace")) > MOST_MARK_BYTES:
        raise WrongMessage(f"a mark's name of {len(name)} characters", f"It has {MOST_MARK_BYTES} bytes at most.")
    return MarkSent(name)


def _clear(_message: Mapping[str, Any], _encoding: StreamEncoding) -> ClearSent:
    return ClearSent()


def _member(message: Mapping[str, Any], outer: str, inner: str) -> str:
    held = message.get(outer)
    value = held.get(inner) if isinstance(held, dict) else None
    if not isinstance(value, str):
        raise WrongMessage(
            f"{outer} without a text {outer}.{inner}", f'Write {{"event": "{outer}", "{outer}": {{"{inner}": "…"}}}}.'
        )
    return value


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], StreamEncoding], ProgramMessage]]] = MappingProxyType(
    {"media": _media, "mark": _mark, "clear": _clear}
)
