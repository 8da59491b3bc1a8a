"""A node that is to stop lets its calls end by themselves first, for a while."""

import asyncio
from typing import Final

import structlog

from engine.errors import SipError, TelefoonError, WrongState
from engine.live.calls.registry import Sessions
from engine.live.phrases import Phrase
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.ports import Ear

GOODBYE_S: Final = 10.0
"""So long a goodbye may take, with the making of its sound."""

log = structlog.get_logger(__name__)


class Draining:
    """Takes no more calls; those in progress go on with their flows, which may still dial.

    Implements api.http.engine_ports.DrainService.
    """

    def __init__(self, services: CallServices, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions
        self._is_last = False

    @property
    def under_way(self) -> bool:
        """Whether no call begins any more."""
        return self._services.admission.stopping

    @property
    def live_calls(self) -> int:
        return self._sessions.count

    async def begin(self) -> None:
        """Take no more calls; those in progress go on for as long as they like. Safe to repeat."""
        if not self.under_way:
            self._services.admission.stop()
            log.info("draining", live_calls=self._sessions.count)
            await self._register(wanted=False)

    async def end(self) -> None:
        """Take calls again. Safe to repeat. Raises WrongState where the node is about to stop."""
        if self._is_last:
            raise WrongState("This node was told to stop, and stops.")
        if self.under_way:
            self._services.admission.go_on()
            log.info("takes_calls_again")
            await self._register(wanted=True)

    async def run(self, longest_s: float, *, goodbye: bool) -> None:
        """Return when no call is left, or after so many seconds; whoever is left then hears a `goodbye` first."""
        self._is_last = True
        self._services.admission.stop(longest_s)
        log.info("draining", live_calls=self._sessions.count, longest_s=longest_s)
        await self._register(wanted=False)
        try:
            async with asyncio.timeout(longest_s):
                await self._sessions.all_ended()
        except TimeoutError:
            log.warning("drain_cut_short", live_calls=self._sessions.count, after_s=longest_s)
            if goodbye:
                await self._say_goodbye()

    async def _register(self, *, wanted: bool) -> None:
        try:
            await self._services.dialer.register(wanted=wanted)
        except SipError as error:
            log.warning("registration_not_changed", wanted=wanted, reason=str(error))

    async def _say_goodbye(self) -> None:
        try:
            async with asyncio.timeout(GOODBYE_S), asyncio.TaskGroup() as group:
                for session in self._sessions.answered():
                    group.create_task(self._say_goodbye_to(session))
        except TimeoutError:
            log.warning("goodbye_cut_short", after_s=GOODBYE_S)

    async def _say_goodbye_to(self, session: Session) -> None:
        """Over all else that it hears. Nobody's goodbye fails another's."""
        phrase = Phrase.NODE_STOPS.in_language(session.language)
        try:
            await session.until_over(self._services.speaker.say(phrase, [Ear(session.leg.id)]))
        except TelefoonError as error:
            log.info("goodbye_not_said", call_id=session.call.id, reason=str(error))
