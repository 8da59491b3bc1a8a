"""Runs a call flow on a stage, from document to document, until it ends."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final, Protocol

import structlog

from engine.errors import DocumentError, FlowFailed, LegGone, WebhookError
from engine.flow.call_actions import CallActions
from engine.flow.document import Document, Verb
from engine.flow.execution_context import Ending, ExecutionContext
from engine.flow.loop_guard import LoopGuard
from engine.flow.next_step import Continue, Done, GoTo, Left, Next

_ENDING_IT: Final = (LegGone, WebhookError, DocumentError, FlowFailed)
"""What a verb raises where the flow itself can't go on."""

log = structlog.get_logger(__name__)

Start = Document | GoTo
"""Where a flow begins: with a document at hand, or with one to be requested."""


class Fetch(Protocol):
    """Request a document: absolute URL, GET or POST, parameters; `hidden` ones are not kept in any record.

    Raises WebhookError, DocumentError.
    """

    def __call__(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = ...
    ) -> Awaitable[Document]: ...


class Interpreter:
    """Performs flows; `now` gives seconds and may be a simulation's."""

    def __init__(self, fetch: Fetch, now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now

    async def run(self, start: Start | str, stage: CallActions, base_url: str | None = None) -> None:
        """Perform the document, or the one at the URL (POST), and hang up where the flow ends.

        Returns when the flow has ended, also because the far end hung up. Raises WebhookError or DocumentError
        if a document can't be had, FlowFailed if the flow makes no sense; the call is up then.
        """
        try:
            begin = GoTo(start) if isinstance(start, str) else start
            if await self._perform(begin, self._context(stage, base_url)) is not Ending.HUNG_UP:
                await stage.hang_up()
        except LegGone:
            return

    async def run_part(self, start: GoTo, stage: CallActions) -> Ending:
        """Perform the document at an absolute URL and leave the call as it is. Raises as `run`, and LegGone."""
        return await self._part(start, self._context(stage, None))

    def _context(self, stage: CallActions, base_url: str | None) -> ExecutionContext:
        return ExecutionContext(stage, LoopGuard(self._now), self._part, base_url=base_url)

    async def _part(self, start: GoTo, context: ExecutionContext) -> Ending:
        return await self._perform(start, context)

    async def _perform(self, start: Start, context: ExecutionContext) -> Ending:
        if isinstance(start, GoTo):
            document, context = await self._go(start, context)
        else:
            document = start
        while isinstance(following := await self._play(document, context), GoTo):
            document, context = await self._go(following, context)
        return following

    async def _play(self, document: Document, context: ExecutionContext) -> GoTo | Ending:
        """The document's verbs in order; where to go then, or how it ended."""
        for verb in document.verbs:
            context.pace.step()
            if context.waiting and not _may_wait(verb):
                reason = "it can't be performed for somebody who waits"
                await context.stage.note("verb_left_out", verb=type(verb).__name__, reason=reason)
                continue
            await context.stage.performing(type(verb).__name__)
            match await _performed(verb, context):
                case Done():
                    return Ending.HUNG_UP
                case Left():
                    return Ending.LEFT
                case GoTo(url=url) as going if url or context.url:
                    return going
                case GoTo() | Continue():
                    continue
        return Ending.RAN_OUT

    async def _go(self, to: GoTo, context: ExecutionContext) -> tuple[Document, ExecutionContext]:
        url = context.absolute(to.url)
        with context.pace.jump():
            document = await self._fetch(url, to.method, to.params, hidden=to.hidden)
        return document, replace(context, url=url)


async def _performed(verb: Verb, context: ExecutionContext) -> Next:
    """One verb, whose own failure is noted and harms nothing but itself."""
    try:
        return await verb.run(context)
    except _ENDING_IT:
        raise
    except Exception as error:
        name = type(verb).__name__
        log.exception("verb_failed", verb=name)
        await context.stage.note("verb_failed", verb=name, reason=str(error) or type(error).__name__)
        return Continue()


def _may_wait(verb: Verb) -> bool:
    return getattr(verb, "WHILE_WAITING", True)
