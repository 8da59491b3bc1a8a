"""Runs a call's flow on the live call: where the flow comes from, what happens when it is no good, and redirection."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from engine.aio.waits import first_of
from engine.errors import DocumentError, FlowFailed, LegGone, WebhookError
from engine.flow.document import Document
from engine.flow.execution_context import Ending
from engine.flow.interpreter import Interpreter, Start
from engine.flow.next_step import GoTo
from engine.live.calls.actions import LiveStage, close_quietly
from engine.live.calls.document_fetch import DocumentFetch
from engine.live.calls.flow_warnings import INLINE, FlowWarnings
from engine.live.calls.ordered_keys import OrderedKeys
from engine.live.phrases import Phrase
from engine.live.session.session import Session
from engine.model.call import Attempt, Direction, Event
from engine.ports import Cause, Clock
from engine.webhooks.call_web import CallWeb
from engine.webhooks.payloads.fallback import fallback_params

log = structlog.get_logger(__name__)

Do = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """What comes before a flow where nothing does."""


class FlowRunner:
    """Conducts one call: its flow, the next one in its place if the first fails, and any that it is given later."""

    def __init__(
        self, session: Session, stage: LiveStage, web: CallWeb, clock: Clock, told: Mapping[str, str] | None = None
    ) -> None:
        """`told` are parameters that each request for a document has, beside those of the call."""
        self.session = session
        self.stage = stage
        self.web = web
        self._warnings = FlowWarnings(session)
        self._fetch = DocumentFetch(session, web, told or {}, self._warnings)
        self._interpreter = Interpreter(self._fetch, clock.monotonic)
        self._handover = session.handover
        self._keys = OrderedKeys(session, clock)

    async def run(self, starts: Sequence[Start]) -> None:
        """Send the keys of its order, and run the flow to the call's end. No failure ends the call without a word."""
        self._handover.begin()
        try:
            await self._run_and_hand_over(starts, first=self._keys.send)
        finally:
            await self._close()

    async def stand_by(self) -> None:
        """Wait for the end of a call without a flow of its own, as one that a Dial made, unless it is given one."""
        self._handover.stand_by()
        try:
            await first_of(self._handover.taken, self.session.over)
            if not self.session.over.is_set() and (starts := self._handover.take_up()):
                await self._run_and_hand_over(starts)
        finally:
            await self._close()

    def goes_on_as(self, call_id: str) -> None:
        """The flow goes on with another call, which has taken the place of the one so far."""
        self.web.goes_on_as(call_id)

    async def perform_part(self, to: GoTo) -> Ending:
        """A document beside the flow, as a whisper, until the call is given another flow.

        Raises LegGone, WebhookError, DocumentError, FlowFailed.
        """
        return await self._handover.unless_taken(self._interpreter.run_part(to, self.stage))

    async def _run_and_hand_over(self, starts: Sequence[Start], first: Do = _nothing) -> None:
        while True:
            await self._handover.perform(self._perform_safely(starts, first))
            if self.session.over.is_set() or not (starts := self._handover.take_up()):
                return
            first = _nothing

    async def _close(self) -> None:
        self._handover.end()
        await close_quietly(self.stage)

    async def _perform_safely(self, starts: Sequence[Start], first: Do) -> None:
        try:
            await first()
            await self._perform(starts)
        except LegGone:
            return
        except Exception:
            log.exception("flow_crashed")
            self.session.journal.note_event("flow_crashed")
            await self.session.hang_up()

    async def _perform(self, starts: Sequence[Start]) -> None:
        if not starts and self.session.call.direction is Direction.INBOUND:
            said = "The number has no URL; set one with: telefoon numbers add --url"
            self.session.journal.tried(Attempt("number", self.session.call.to, said))
            await self.session.hang_up(Cause.NOT_FOUND, outcome=Event.BROKE)
            return
        if not starts:
            await self.stage.answer()
            await self.session.over.wait()
            return
        failure: Mapping[str, str] = {}
        for start in starts:
            try:
                if isinstance(start, Document):
                    self._warnings.tell(INLINE, start)
                await self._interpreter.run(_told_of(failure, start), self.stage)
            except (WebhookError, DocumentError, FlowFailed) as error:
                self._explain(start, error)
                failure = fallback_params(error.fault, self._fetch.asked_last)
            else:
                # Everything after the flow's end belongs to the call: its recording runs until the BYE.
                await self.session.over.wait()
                return
        await self._apologise()

    async def _apologise(self) -> None:
        await self.stage.say(Phrase.SORRY.in_language(self.session.language))
        await self.stage.hang_up()
        await self.session.over.wait()

    def _explain(self, start: Start, error: WebhookError | DocumentError | FlowFailed) -> None:
        target = start.url if isinstance(start, GoTo) else INLINE
        self.session.journal.tried(Attempt("call flow", target, str(error)))
        place = {"line": error.line, "column": error.column} if isinstance(error, DocumentError) else {}
        self.session.journal.note_event(
            "flow_failed", target=target, reason=str(error), code=error.fault.number, **place
        )


def _told_of(failure: Mapping[str, str], start: Start) -> Start:
    """A fallback is told why it is asked for."""
    return replace(start, params={**start.params, **failure}) if isinstance(start, GoTo) else start
