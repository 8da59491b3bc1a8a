"""Why a call ended, as the Reason header tells it (RFC 3326 §2)."""

import re
from dataclasses import dataclass
from typing import Final

from sip.message import Message, parameters, unquoted

Q850: Final = "q.850"
_WARNING: Final = re.compile(r"([0-9]{3})\s+\S+\s+(.+)", re.DOTALL)
_SECONDS: Final = re.compile(r"[0-9]{1,9}")
_CAUSE: Final = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Reason:
    """`protocol` is in lower case, such as sip or q.850; `cause` one of its numbers; `text` the far end's words."""

    protocol: str
    cause: int | None
    text: str


def reasons(message: Message) -> tuple[Reason, ...]:
    """All that the message gives, in its order."""
    return tuple(_reason(each) for each in message.listed("reason"))


def q850_cause(message: Message) -> int | None:
    """The ITU-T Q.850 cause value, 0 to 127; None if none is given."""
    return next((each.cause for each in reasons(message) if each.protocol == Q850 and each.cause is not None), None)


def words_of(message: Message) -> str:
    """What the far end says of it in its own words: texts of Warning (RFC 3261 §20.43) and of Reason; may be empty."""
    warnings = (_WARNING.match(each) for each in message.listed("warning"))
    said = [f"{found[1]} {unquoted(found[2].strip())}" for found in warnings if found]
    said += [each.text for each in reasons(message) if each.text]
    return "; ".join(dict.fromkeys(said))


def retry_after_s(message: Message) -> int | None:
    """Seconds for which the far end wants to be left alone (Retry-After, RFC 3261 §20.33)."""
    found = _SECONDS.match(message.first("retry-after") or "")
    return int(found[0]) if found else None


def _reason(element: str) -> Reason:
    protocol, semicolon, after = element.partition(";")
    given = parameters(semicolon + after)
    cause = given.get("cause", "")
    value = int(cause) if _CAUSE.fullmatch(cause) else None
    return Reason(protocol.strip().lower(), value, given.get("text", ""))
