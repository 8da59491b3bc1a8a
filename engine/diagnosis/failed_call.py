"""What the end of a call that we placed means, in words for somebody who is no telephony engineer."""

from collections.abc import Mapping
from typing import Final

_BY_STATUS: Final[Mapping[str, str]] = {
    "busy": "The person who was called is on the telephone, or refuses calls.",
    "no-answer": "It rang, and nobody answered in time.",
    "canceled": "The call was ended by us before anybody answered.",
    "failed": "The call could not be set up, or broke off.",
}
_BY_CODE: Final[Mapping[int, str]] = {
    401: "The trunk wants a user name and a password, or those that it got are wrong. Try: telefoon trunks test NAME",
    403: "The carrier forbids this call: the calling number may not be yours there, or such calls are barred.",
    404: "Nobody has the number that was called, or the carrier wants it written otherwise, such as with 00 or 0.",
    407: "The trunk wants a user name and a password, or those that it got are wrong. Try: telefoon trunks test NAME",
    408: "Nothing was answered in time: the trunk, or the way to it, is down. Try: telefoon trunks test NAME",
    410: "The number that was called is not in use any more.",
    480: "The telephone that was called is switched off or cannot be reached.",
    484: "The number that was called is incomplete, or the carrier wants it written otherwise.",
    486: "The person who was called is on the telephone.",
    488: "The two ends have no codec in common, or one wants media encrypted and the other not.",
    500: "The other side had a fault of its own. Try again; if it stays, ask the carrier.",
    502: "A network on the way had a fault. Try again; if it stays, ask the carrier.",
    503: "The carrier has no way or no room for the call now. Try again later.",
    504: "A network on the way did not answer in time. Try again later.",
    600: "The person who was called is busy everywhere.",
    603: "The person who was called refused the call.",
    604: "Nobody has the number that was called.",
    607: "The person who was called does not want calls from this number.",
    608: "A service on the way took the call for unwanted and stopped it.",
}


def meaning(status: str, sip_code: int | None) -> str:
    """What the end of a call means; empty while it goes on and where it has ended as calls should."""
    if status not in _BY_STATUS:
        return ""
    if status == "canceled":
        return _BY_STATUS[status]
    return _BY_CODE.get(sip_code or 0, _BY_STATUS[status])
