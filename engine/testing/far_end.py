"""The far end of a leg, and the person there: rings, answers, hears, talks, presses keys and hangs up."""

import asyncio
from collections.abc import Callable
from typing import Final

from engine.model.call import Event
from engine.ports import (
    Alerted,
    Clock,
    DigitPressed,
    EndedBy,
    HungUp,
    LegId,
    MediaLost,
    ReferAnswered,
    ReferRequested,
)
from engine.testing.bridge import FakeBridge
from engine.testing.leg import FakeLeg, outcome
from engine.testing.mix import MixedVoice, Playing

PATIENCE_S: Final = 600.0
"""Simulated; after which something that was waited for counts as not happening."""
_PERSONS: Final = frozenset({480, 486, 487, 600, 603})


class FarEnd:
    """A phone and the person who holds it. On a leg that is over, nothing that it does has an effect."""

    def __init__(self, number: str, leg: FakeLeg, bridge: FakeBridge, clock: Clock) -> None:
        self.number = number
        self.leg = leg
        self._bridge = bridge
        self._clock = clock
        self._listened = 0
        """How much of what it heard has been asked for."""

    @property
    def id(self) -> LegId:
        return self.leg.id

    @property
    def is_over(self) -> bool:
        return self.leg.is_over

    def rings(self, *, early_media: bool = False) -> None:
        """The called phone rings (180), or its network plays something of its own (183)."""
        if early_media:
            self.starts_media()
        self._tell(Alerted(183 if early_media else 180, early_media))

    def starts_media(self) -> None:
        """Its voice can be heard from now on."""
        with self._bridge.changing():
            self._bridge.mix.legs.add(self.id)
            self._bridge.mix.talking.add(self.id)

    def answers(self) -> None:
        """The called party picks up."""
        self.leg.confirm()

    def refuses(self, code: int = 486, reason: str = "Busy Here") -> None:
        """The called party, or the network, refuses with a SIP code; nothing once it is answered."""
        if not self.leg.answered:
            by = EndedBy.FAR_END if code in _PERSONS else EndedBy.CARRIER
            self.leg.end(HungUp(outcome(code), by, code, reason))

    def hangs_up(self) -> None:
        """BYE; a caller that was not answered yet gives up (CANCEL), a called party declines."""
        if self.leg.answered:
            self.leg.end(HungUp(Event.HUNG_UP, EndedBy.FAR_END, 200, "OK", 16))
        elif self.leg.inbound:
            self.leg.end(HungUp(Event.HUNG_UP, EndedBy.FAR_END, 487, "Request Terminated", 16))
        else:
            self.refuses(603, "Decline")

    def vanishes(self, after_s: float = 30.0) -> None:
        """No packet of it has come for so long."""
        self._tell(MediaLost(after_s))

    def presses(self, keys: str) -> None:
        """One after the other, without a pause."""
        for key in keys:
            self._tell(DigitPressed(key, "rfc4733"))

    def falls_silent(self) -> None:
        """Fall silent."""
        with self._bridge.changing():
            self._bridge.mix.talking.discard(self.id)

    def talks(self) -> None:
        """Talk again; every far end does from its answer on."""
        with self._bridge.changing():
            self._bridge.mix.talking.add(self.id)

    def asks_to_be_sent_to(self, target: str) -> None:
        """Send REFER."""
        self._tell(ReferRequested(target))

    def tells_of_referral(self, code: int, *, final: bool) -> None:
        """Answer our REFER, or tell how the new call fares."""
        self._tell(ReferAnswered(code, final))

    async def hears(self, what: str) -> None:
        """Wait until it hears a prompt, tone or file with this in its name, after what it was last asked to hear."""
        await self.until(lambda: self._next(what), f"hears {what!r}")

    async def talks_with(self, *others: "FarEnd") -> None:
        """Wait until all of them hear each other."""
        everybody = (self, *others)
        await self.until(
            lambda: all(one.can_hear(other) for one in everybody for other in everybody if one is not other),
            "talks with them",
        )

    async def is_answered(self) -> None:
        """Wait until its call is answered."""
        await self.until(lambda: self.leg.answered, "is answered")

    async def is_hung_up(self) -> HungUp:
        """Wait until its dialog is over, and see how it ended."""
        async with asyncio.timeout(PATIENCE_S):
            await self.leg.ended.wait()
        assert self.leg.hung_up is not None
        return self.leg.hung_up

    def can_hear(self, other: "FarEnd") -> bool:
        """Whether it hears the other's voice now."""
        return MixedVoice(other.id) in self._bridge.mix.heard_by(self.id)

    @property
    def hears_now(self) -> set[str]:
        """Names of the prompts, tones and files that it hears at this moment."""
        audible = self._bridge.mix.heard_by(self.id)
        return {each.sound.name for each in audible if isinstance(each, Playing)}

    @property
    def heard(self) -> list[str]:
        """Names of all the prompts, tones and files that it ever heard, in order."""
        return [each.what.sound.name for each in self._bridge.heard[self.id] if isinstance(each.what, Playing)]

    async def until(self, happens: Callable[[], bool], what: str) -> None:
        """Wait for something that a change of the bridge brings. Raises AssertionError if it does not come."""
        end = self._clock.monotonic() + PATIENCE_S
        while not happens():
            left_s = end - self._clock.monotonic()
            if left_s <= 0:
                raise AssertionError(f"{self.number} never {what}; it heard {self.heard}.")
            await self._bridge.changed.wait(left_s)

    def _next(self, what: str) -> bool:
        for at in range(self._listened, len(self.heard)):
            if what in self.heard[at]:
                self._listened = at + 1
                return True
        return False

    def _tell(self, event: Alerted | DigitPressed | MediaLost | ReferAnswered | ReferRequested) -> None:
        if not self.is_over:
            self.leg.emit(event)
