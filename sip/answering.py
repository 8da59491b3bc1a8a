"""Writes an answer of ours where the library asks for one, before it has read the message itself."""

import pjsua2 as pj

from sip.requests import StatelessResponse


def write_answer(answer: StatelessResponse, asked: pj.GatedRequest | pj.OutsideMessage) -> None:
    """Give the library the answer to what it asks about. On the SIP thread."""
    asked.code = answer.code
    for name, value in answer.headers:
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        asked.headers.append(header)
