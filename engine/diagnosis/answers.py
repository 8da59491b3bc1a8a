"""What answers to an INVITE that we sent mean, and what to do about them, for somebody who is no telephony engineer."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class AnswerMeaning:
    """A sentence on what a SIP code means, and one on what to do, which is empty where nothing is to be done."""

    meaning: str
    advice: str = ""


_CREDENTIALS: Final = AnswerMeaning(
    "The trunk wants a user name and a password, or those that it got are wrong. Try: telefoon trunks test NAME",
    "Set them again with: telefoon trunks set NAME --user U --password-file F",
)
_OTHER_FORM: Final = (
    "Try the number in another form, such as with 00 or 0; telefoon calls trace ID shows what was sent."
)
_LATER: Final = "Try again later, then ask the carrier."
_IF_IT_STAYS: Final = "Try again; if it stays, ask the carrier."

BY_CODE: Final[Mapping[int, AnswerMeaning]] = MappingProxyType(
    {
        401: _CREDENTIALS,
        403: AnswerMeaning(
            "The carrier forbids this call: the calling number may not be yours there, or such calls are barred.",
            "Call with a number (--from) that the carrier has given you.",
        ),
        404: AnswerMeaning(
            "Nobody has the number that was called, or the carrier wants it written otherwise, such as with 00 or 0.",
            _OTHER_FORM,
        ),
        407: _CREDENTIALS,
        408: AnswerMeaning(
            "Nothing was answered in time: the trunk, or the way to it, is down.", "Try: telefoon trunks test NAME"
        ),
        410: AnswerMeaning("The number that was called is not in use any more."),
        422: AnswerMeaning(
            "The carrier wants longer sessions (RFC 4028), and does not say how long, or longer than we may ask for.",
            "Ask it for its Min-SE, and set the trunk's session_expires_s to that at least.",
        ),
        480: AnswerMeaning("The telephone that was called is switched off or cannot be reached."),
        484: AnswerMeaning(
            "The number that was called is incomplete, or the carrier wants it written otherwise.", _OTHER_FORM
        ),
        486: AnswerMeaning("The person who was called is on the telephone."),
        488: AnswerMeaning(
            "The two ends have no codec in common, or one wants media encrypted and the other not.",
            "Check TELEFOON_CODECS, and srtp of the trunk.",
        ),
        500: AnswerMeaning("The other side had a fault of its own.", _IF_IT_STAYS),
        502: AnswerMeaning("A network on the way had a fault.", _IF_IT_STAYS),
        503: AnswerMeaning("The carrier has no way or no room for the call now.", _LATER),
        504: AnswerMeaning("A network on the way did not answer in time.", _LATER),
        600: AnswerMeaning("The person who was called is busy everywhere."),
        603: AnswerMeaning("The person who was called refused the call."),
        604: AnswerMeaning("Nobody has the number that was called."),
        607: AnswerMeaning("The person who was called does not want calls from this number."),
        608: AnswerMeaning("A service on the way took the call for unwanted and stopped it."),
    }
)

NETWORK_CAUSES: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "the number is not assigned to anybody",
        2: "there is no route to the network that was named",
        3: "there is no route to the number",
        22: "the number has changed",
        27: "the telephone or its line is out of order",
        28: "the number is incomplete or malformed",
        34: "no line was free",
        38: "the network is out of order",
        42: "the network's exchange is congested",
        57: "such calls are not permitted from this line",
        58: "such calls are not possible now",
        63: "the service is not available",
        65: "what should be carried is not supported",
        88: "the two ends do not fit together",
    }
)
"""Causes of ITU-T Q.850 that tell more than the SIP codes they come with, in its words made plain."""
