"""What the end of a call that we placed means, in words for somebody who is no telephony engineer."""

from collections.abc import Mapping
from typing import Final

from engine.diagnosis.answers import BY_CODE, NETWORK_CAUSES, AnswerMeaning

_BY_STATUS: Final[Mapping[str, str]] = {
    "busy": "The person who was called is on the telephone, or refuses calls.",
    "no-answer": "It rang, and nobody answered in time.",
    "canceled": "The call was ended by us before anybody answered.",
    "failed": "The call could not be set up, or broke off.",
}


def meaning(status: str, sip_code: int | None) -> str:
    """What the end of a call means; empty while it goes on and where it has ended as calls should."""
    return _told(status, sip_code).meaning


def advice(status: str, sip_code: int | None) -> str:
    """What to do about it; empty where nothing is to be done."""
    return _told(status, sip_code).advice


def cause_in_words(q850_cause: int | None) -> str:
    """What the network gave as its cause, where that tells more than a SIP code does; else empty."""
    return NETWORK_CAUSES.get(q850_cause or 0, "")


def _told(status: str, sip_code: int | None) -> AnswerMeaning:
    by_status = AnswerMeaning(_BY_STATUS.get(status, ""))
    if status not in _BY_STATUS or status == "canceled":
        return by_status
    return BY_CODE.get(sip_code or 0, by_status)
