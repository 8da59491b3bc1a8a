"""Runs a call's flow on the live call: where the flow comes from, and what happens when it is no good."""

from collections.abc import Mapping
from types import MappingProxyType

import structlog

from engine.call import Attempt, Direction, Event
from engine.call_params import webhook_params
from engine.errors import DocumentError, FlowFailed, LegGone, TelefoonError, WebhookError
from engine.flow.document import Document
from engine.flow.interpreter import Interpreter
from engine.flow.parse import parse
from engine.live.session import Session
from engine.live.stage import LiveStage, close_quietly
from engine.phrases import Phrase
from engine.ports import Cause
from engine.web.call_web import CallWeb

log = structlog.get_logger(__name__)


class Conductor:
    """Conducts one call; `methods` says with which the first request of a URL is made, where not with POST."""

    def __init__(
        self, session: Session, stage: LiveStage, web: CallWeb, methods: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._session = session
        self._stage = stage
        self._web = web
        self._methods = methods
        self._first_method: str | None = None
        self._interpreter = Interpreter(self._fetch)

    async def run(self) -> None:
        """To the end of the flow. No failure of the flow ends the call without a word."""
        try:
            await self._perform()
        except LegGone:
            return
        except Exception:
            log.exception("flow_crashed")
            self._session.journal.note("flow_crashed")
            await self._session.hang_up()
        finally:
            await close_quietly(self._stage)

    async def _perform(self) -> None:
        starts = self._starts()
        if not starts and self._session.call.direction is Direction.INBOUND:
            said = "The number has no URL; set one with: telefoon numbers add --url"
            self._session.journal.tried(Attempt("number", self._session.call.to, said))
            await self._session.hang_up(Cause.NOT_FOUND, outcome=Event.BROKE)
            return
        if not starts:
            await self._stage.answer()
            await self._session.over.wait()
            return
        for start in starts:
            self._first_method = self._methods.get(start) if isinstance(start, str) else None
            try:
                await self._interpreter.run(start, self._stage)
            except (WebhookError, DocumentError, FlowFailed) as error:
                self._explain(start, error)
            else:
                # Everything after the flow's end belongs to the call: its recording runs until the BYE.
                await self._session.over.wait()
                return
        await self._apologise()

    def _starts(self) -> list[Document | str]:
        call = self._session.call
        if call.flow is not None:
            return [parse(call.flow)]
        return [url for url in (call.url, call.fallback_url) if url]

    async def _apologise(self) -> None:
        await self._stage.say(Phrase.SORRY.in_language(self._stage.language))
        await self._stage.hang_up()
        await self._session.over.wait()

    def _explain(self, start: Document | str, error: TelefoonError) -> None:
        target = start if isinstance(start, str) else "inline flow"
        self._session.journal.tried(Attempt("call flow", target, str(error)))

    async def _fetch(self, url: str, method: str, params: Mapping[str, str]) -> Document:
        method, self._first_method = self._first_method or method, None
        return await self._web.fetch_document(url, method, {**webhook_params(self._session.call), **params})
