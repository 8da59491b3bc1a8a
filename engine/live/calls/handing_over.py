"""What becomes of a REFER that a call's far end was sent: its answer, and its news (RFC 3515)."""

import asyncio
from typing import Final

from engine.errors import LegGone
from engine.flow.plans import ReferOutcome
from engine.live.session.session import Session
from engine.ports import ReferAnswered

_REFER_S: Final = 32.0
"""Longer than the far end may take to answer a request (RFC 3261 §17.1.2.2, timer F)."""
_ACCEPTED: Final = 202
_FIRST_REFUSAL: Final = 300


async def what_became_of(session: Session) -> ReferOutcome:
    """What the far end answers to the REFER that it was sent, and what it tells of its call then."""
    told = None
    try:
        async with asyncio.timeout(_REFER_S):
            # The first answer is the one to REFER itself; only an accepted one is followed by NOTIFYs.
            answer = await _answer(session)
            if answer.code >= _FIRST_REFUSAL:
                return ReferOutcome(answer.code, None)
            while not answer.final:
                answer = await _answer(session)
                told = answer.code
    except (TimeoutError, LegGone):
        # Who was handed over may hang up before it tells how it went (RFC 5589 §6.1).
        pass
    return ReferOutcome(_ACCEPTED, told)


async def _answer(session: Session) -> ReferAnswered:
    answer = await session.until_over(session.refer_answers.next())
    session.journal.note_event("refer_answered", sip_code=answer.code, final=answer.final)
    return answer
