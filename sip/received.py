"""The SIP message that stands behind an event of the library."""

import pjsua2 as pj

from sip.message import Message, read_message

PJSIP_EVENT_RX_MSG = 3


def is_received(event: pj.SipEvent) -> bool:
    """Whether a transaction has changed because of something that came in."""
    return bool(event.type == pj.PJSIP_EVENT_TSX_STATE and event.body.tsxState.type == PJSIP_EVENT_RX_MSG)


def received_text(event: pj.SipEvent) -> str:
    """What came in, as it is written; empty where nothing did."""
    return str(event.body.tsxState.src.rdata.wholeMsg) if is_received(event) else ""


def received_message(event: pj.SipEvent) -> Message:
    """What came in; an empty message where nothing did."""
    return read_message(received_text(event))
