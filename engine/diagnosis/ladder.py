"""The SIP messages of a call as a ladder: an arrow for each, between us and whom we spoke to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.diagnosis.message_masking import masked_message
from engine.model.sip_message import SipMessage

_VERSION: Final = "SIP/2.0 "


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message of the ladder. `title` is its method, or its code and reason with the method that it answers.

    `repeated` says that the very same message had been sent that way before. `text` shows no number and no secret.
    """

    at: datetime
    sent: bool
    transport: str
    local: str
    remote: str
    title: str
    sip_call_id: str
    repeated: bool
    text: str


def ladder(messages: Sequence[SipMessage]) -> Sequence[Arrow]:
    """The arrows, in the order of the messages."""
    seen: set[tuple[bool, str, str]] = set()
    arrows = []
    for each in messages:
        known = (each.sent, each.remote, each.text)
        arrows.append(_arrow(each, repeated=known in seen))
        seen.add(known)
    return arrows


def arrow_of(told: Mapping[str, Any]) -> Arrow:
    """An arrow as the REST interface tells it."""
    return Arrow(**{**told, "at": datetime.fromisoformat(told["at"])})


def as_lines(arrows: Sequence[Arrow], *, full: bool = False) -> Sequence[str]:
    """What a person reads: a line for each arrow, `full` with its message, and one before each dialog."""
    lines: list[str] = []
    told = ""
    for each in arrows:
        if each.sip_call_id != told:
            told = each.sip_call_id
            lines.append(f"{each.local} and {each.remote}, Call-ID {told}")
        lines.append(_line(each))
        if full:
            lines += [f"      {line}" for line in each.text.splitlines()]
    return lines


def _line(arrow: Arrow) -> str:
    way = f"--- {arrow.title} -->" if arrow.sent else f"<-- {arrow.title} ---"
    repeated = "  (sent again)" if arrow.repeated else ""
    at = arrow.at.strftime("%H:%M:%S.%f")[:-3]
    return f"  {at}  {arrow.transport:<4}  {arrow.local} {way} {arrow.remote}{repeated}"


def _arrow(message: SipMessage, *, repeated: bool) -> Arrow:
    head = message.text.partition("\r\n\r\n")[0].split("\r\n")
    return Arrow(
        message.at,
        message.sent,
        message.transport,
        message.local,
        message.remote,
        _title(head),
        _header(head, "call-id", "i"),
        repeated,
        masked_message(message.text),
    )


def _title(head: Sequence[str]) -> str:
    if head[0].startswith(_VERSION):
        method = _header(head, "cseq").partition(" ")[2].strip()
        return f"{head[0].removeprefix(_VERSION)} ({method})"
    return head[0].partition(" ")[0]


def _header(head: Sequence[str], *names: str) -> str:
    for line in head[1:]:
        name, _, value = line.partition(":")
        if name.strip().lower() in names:
            return value.strip()
    return ""
