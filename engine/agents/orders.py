"""The orders of an agent's program: say this, play this, send these keys, speak this language, end."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NoReturn

from engine.errors import TelefoonError
from engine.flow.program_plans import InterruptedBy

MOST_CHARACTERS: Final = 64 * 1024
"""Of one message; what is longer is no order."""
MOST_LOOPS: Final = 1000
MOST_DIGITS: Final = 256
_INTERRUPTIONS: Final = tuple(each.value for each in InterruptedBy)
_DIGITS: Final = re.compile(r"[0-9A-Da-d*#wW]+")


class BadOrder(TelefoonError):
    """A message of an agent's program that is no order; the text says what it should be."""


@dataclass(frozen=True, slots=True)
class SayToken:
    """`text`: a piece of what the agent says, as its model makes it; `last` ends the turn, and its piece may be empty.

    `interruptible` and `preemptible` are None where the session's own setting holds, as is `language` (BCP 47).
    """

    token: str
    last: bool = False
    language: str | None = None
    interruptible: InterruptedBy | None = None
    preemptible: bool | None = None


@dataclass(frozen=True, slots=True)
class PlayFile:
    """`play`: a sound by its URL, so many times; 0 is as often as there may be."""

    source: str
    loop: int = 1
    interruptible: InterruptedBy | None = None
    preemptible: bool | None = None


@dataclass(frozen=True, slots=True)
class SendKeys:
    """`sendDigits`: keys to the far end; w is half a second, W a whole one."""

    digits: str


@dataclass(frozen=True, slots=True)
class SpeakLanguage:
    """`language`: what is spoken and understood from now on (BCP 47); None stays as it is."""

    spoken: str | None = None
    understood: str | None = None


@dataclass(frozen=True, slots=True)
class EndSession:
    """`end`: the agent is done; `handoff_data` is told to the flow that goes on."""

    handoff_data: str | None = None


AgentOrder = SayToken | PlayFile | SendKeys | SpeakLanguage | EndSession


def order_of(message: str) -> AgentOrder:
    """Read a message. Raises BadOrder."""
    if len(message) > MOST_CHARACTERS:
        raise BadOrder(f"A message has {MOST_CHARACTERS} characters at most; this one has {len(message)}.")
    fields = _object(message)
    read = _READERS.get(fields.get("type", ""))
    if read is None:
        raise BadOrder(f"'type' is one of {', '.join(_READERS)}.")
    return read(_Fields(fields))


def _object(message: str) -> dict[str, Any]:
    try:
        fields = json.loads(message, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadOrder("A message is a JSON object.") from None
    if not isinstance(fields, dict):
        raise BadOrder("A message is a JSON object.")
    if not isinstance(fields.get("type", ""), str):
        raise BadOrder("'type' is a text.")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class _Fields:
    """A message's fields, each of which must be of its kind; null is as if it were left out."""

    fields: Mapping[str, Any]

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise BadOrder(f"'{name}' is missing.")
        return value

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, str):
            raise BadOrder(f"'{name}' is a text.")
        return value

    def flag(self, name: str) -> bool | None:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, bool):
            raise BadOrder(f"'{name}' is true or false.")
        return value

    def interruption(self, name: str) -> InterruptedBy | None:
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool):
            return InterruptedBy.ANYTHING if value else InterruptedBy.NOTHING
        if isinstance(value, str) and value in _INTERRUPTIONS:
            return InterruptedBy(value)
        raise BadOrder(f"'{name}' is true, false, or one of {', '.join(_INTERRUPTIONS)}.")

    def number(self, name: str, default: int, most: int) -> int:
        value = self.fields.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise BadOrder(f"'{name}' is a whole number from 0 to {most}.")
        return value


def _say(fields: _Fields) -> SayToken:
    return SayToken(
        fields.required_text("token"),
        fields.flag("last") or False,
        fields.text("lang"),
        fields.interruption("interruptible"),
        fields.flag("preemptible"),
    )


def _play(fields: _Fields) -> PlayFile:
    source = fields.required_text("source")
    if not source:
        raise BadOrder("'source' is the URL of a sound.")
    loop = fields.number("loop", 1, MOST_LOOPS)
    return PlayFile(source, loop, fields.interruption("interruptible"), fields.flag("preemptible"))


def _send_keys(fields: _Fields) -> SendKeys:
    digits = fields.required_text("digits")
    if len(digits) > MOST_DIGITS or not _DIGITS.fullmatch(digits):
        raise BadOrder(f"'digits' is up to {MOST_DIGITS} of 0 to 9, A to D, * and #, and w for half a second.")
    return SendKeys(digits)


def _speak_language(fields: _Fields) -> SpeakLanguage:
    order = SpeakLanguage(fields.text("ttsLanguage"), fields.text("transcriptionLanguage"))
    if order == SpeakLanguage():
        raise BadOrder("'language' takes ttsLanguage, transcriptionLanguage, or both.")
    return order


def _end(fields: _Fields) -> EndSession:
    return EndSession(fields.text("handoffData"))


_READERS: Final[Mapping[str, Callable[[_Fields], AgentOrder]]] = MappingProxyType(
    {"text": _say, "play": _play, "sendDigits": _send_keys, "language": _speak_language, "end": _end}
)
