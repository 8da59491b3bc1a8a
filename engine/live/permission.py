"""Consent on live legs: asked for once on each, remembered for as long as the leg lives."""

import asyncio
from functools import partial

from engine.consent import Consent, ConsentPolicy
from engine.errors import LegGone
from engine.live.session import Session
from engine.live.speaker import Speaker
from engine.ports import Ear


class Permission:
    """May these legs be recorded?"""

    def __init__(self, policy: ConsentPolicy, speaker: Speaker) -> None:
        self._policy = policy
        self._speaker = speaker

    async def of(self, *sessions: Session) -> Consent | None:
        """The latest consent of all the legs, or None if one gave none or is gone."""
        given = await asyncio.gather(*(self._of_one(session) for session in sessions))
        consents = [each for each in given if each is not None]
        return max(consents, key=lambda each: each.at) if len(consents) == len(sessions) else None

    async def _of_one(self, session: Session) -> Consent | None:
        if session.consent is None:
            announce = partial(self._speaker.say, to=[Ear(session.leg.id)])
            try:
                session.consent = await session.until_over(self._policy.obtain(session.call.language, announce))
            except LegGone:
                return None
            if session.consent is None:
                session.journal.note("not_recorded", reason="no consent could be obtained")
        return session.consent
