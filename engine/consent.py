"""When a recording may begin.

GDPR art. 6 and 13: those on the line are told before the first sample is kept. A recorder can't be started
without a `Consent`, and only a policy makes one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.errors import MediaError, SpeechError
from engine.phrases import Phrase
from engine.ports import Clock, Speech

Announce = Callable[[Speech], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consent:
    """How and when those on a leg came to be recorded lawfully."""

    basis: str
    at: datetime


class ConsentPolicy(Protocol):
    """Asks for consent on one leg."""

    async def obtain(self, language: str, announce: Announce) -> Consent | None:
        """The consent of a far end, or None. `announce` speaks to it, to the end, and raises if it can't."""
        ...


@dataclass(frozen=True, slots=True)
class Announcement:
    """Consent by staying on the line after an announcement that was heard to its end."""

    clock: Clock

    async def obtain(self, language: str, announce: Announce) -> Consent | None:
        """None if the announcement could not be spoken."""
        try:
            await announce(Phrase.RECORDED.in_language(language))
        except (SpeechError, MediaError):
            return None
        return Consent("announced", self.clock.now())
