"""Messages of WebSocket (RFC 6455 §5.2) and answers of HTTP in what was captured, and when each had come whole."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.peers.capture import Capture, Captured
from tests.peers.waiting import eventually

_HEAD_ENDS: Final = b"\r\n\r\n"
_TEXT: Final = 1


@dataclass(frozen=True, slots=True)
class CapturedMessage:
    """A message of JSON, and when its last byte came (seconds since 1970)."""

    at_s: float
    content: dict[str, Any]


def messages_of(way: Sequence[Captured]) -> list[CapturedMessage]:
    """The texts of one direction of a WebSocket, whose handshake comes first."""
    return [
        CapturedMessage(at_s, json.loads(content)) for at_s, opcode, content in _frames(way) if opcode == _TEXT
    ]  # fmt: skip


async def answered_at(capture: Capture, port: int, method: str) -> float:
    """When the answer to the first request of this method began (seconds since 1970); its server is at the port.

    Whoever got the answer may know of it before the capture does, which is waited for.
    """

    def began() -> float | None:
        pieces = (piece for way in capture.ways(target=port) for piece in way)
        asked = next((each for each in pieces if each.payload.startswith(method.encode())), None)
        if asked is None:
            return None
        answers = (piece for way in capture.ways(source=port, target=asked.source) for piece in way)
        return next((each.at_s for each in answers if each.at_s >= asked.at_s), None)

    return await eventually(began, within_s=10, otherwise=lambda: f"no answer to {method} was captured")


def _frames(way: Sequence[Captured]) -> Iterator[tuple[float, int, bytes]]:
    """Whole messages of one frame each, as both sides of the tests send them."""
    data, ends = bytearray(), []
    for piece in way:
        data += piece.payload
        ends.append((len(data), piece.at_s))
    at = bytes(data).index(_HEAD_ENDS) + len(_HEAD_ENDS) if data else 0
    came = iter(ends)
    until, at_s = next(came, (0, 0.0))
    while (found := _frame_at(data, at)) is not None:
        opcode, content, at = found
        while until < at:
            until, at_s = next(came)
        yield at_s, opcode, content


def _frame_at(data: bytearray, at: int) -> tuple[int, bytes, int] | None:
    """Its opcode, its content, and where the next one begins; None where it has not come whole."""
    if len(data) < at + 2:
        return None
    opcode, size, masked = data[at] & 0x0F, data[at + 1] & 0x7F, bool(data[at + 1] & 0x80)
    at += 2
    if size > 125:
        long = 2 if size == 126 else 8
        size, at = int.from_bytes(data[at : at + long]), at + long
    mask = bytes(data[at : at + 4]) if masked else bytes(4)
    at += 4 * masked
    if len(data) < at + size:
        return None
    content = data[at : at + size]
    key = int.from_bytes((mask * (size // 4 + 1))[:size])
    return opcode, (int.from_bytes(content) ^ key).to_bytes(size), at + size
