"""Conversations of a node's calls with programs that talk by text, from the notice before them to their outcome."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from engine.agents import told
from engine.agents.deeds import FinishTalk
from engine.agents.told import SessionFacts
from engine.aio.waits import to_its_end
from engine.errors import AgentError, DisclosureRefused, LegGone, MediaError, WebhookError
from engine.flow.program_plans import AgentOutcome, AgentPlan, AgentStatus
from engine.ids import IdKind, new_id
from engine.live.agents.line import AgentLine
from engine.live.agents.talk import LiveTalk, TalkParts
from engine.live.agents.voice import AgentVoice
from engine.live.consent.service import ConsentService
from engine.live.disclosure.gate import DisclosureGate
from engine.live.services import CallServices
from engine.live.session.far_end_keys import FarEndKeys
from engine.live.session.session import Session
from engine.metrics.table import Metric
from engine.model.consent import Purpose, ToStreaming
from engine.model.disclosure import Disclosure
from engine.webhooks.call_web import CallWeb
from engine.webhooks.payloads.call import webhook_params

UNREACHED_CODE: Final = "64102"
"""The field's number where a program can't be connected to."""
_GOING_AWAY: Final = 1001
"""Close: the call goes on otherwise."""


class LiveAgents:
    """Lets far ends converse with programs. Implements engine.live.calls.programs.AgentsOfCalls."""

    def __init__(self, services: CallServices, permission: ConsentService, gate: DisclosureGate) -> None:
        self._services = services
        self._permission = permission
        self._gate = gate
        self._running = 0

    @property
    def running(self) -> int:
        """How many conversations go on."""
        return self._running

    async def converse(self, session: Session, plan: AgentPlan, web: CallWeb) -> AgentOutcome:
        voice = AgentVoice(self._services.speaker, web, FarEndKeys(session, self._services.clock))
        voice.warm(plan.spoken or session.language, plan.voice)
        try:
            return await self._introduced(session, plan, voice)
        finally:
            await to_its_end(voice.close())

    async def _introduced(self, session: Session, plan: AgentPlan, voice: AgentVoice) -> AgentOutcome:
        try:
            disclosure = await self._gate.open(session, voice, language=plan.spoken)
        except (DisclosureRefused, MediaError) as error:
            raise AgentError(str(error)) from error
        try:
            consent = await self._consent(session, disclosure)
            return await self._counted(session, plan, voice, consent)
        finally:
            await to_its_end(self._gate.close(session, voice))

    async def _counted(
        self, session: Session, plan: AgentPlan, voice: AgentVoice, consent: ToStreaming
    ) -> AgentOutcome:
        self._running += 1
        try:
            return await self._converse(session, plan, voice, consent)
        finally:
            self._running -= 1

    async def _converse(
        self, session: Session, plan: AgentPlan, voice: AgentVoice, consent: ToStreaming
    ) -> AgentOutcome:
        clock, session_id = self._services.clock, new_id(IdKind.AGENT_SESSION)
        began_s = clock.monotonic()
        facts = _facts(session, session_id, plan)
        account_id, setup = session.call.account_id, told.setup(facts)
        line = AgentLine(self._services.agents, clock, account_id, plan.url, setup, reconnects=plan.reconnects)

        def ended(finish: FinishTalk) -> AgentOutcome:
            seconds = round(clock.monotonic() - began_s)
            outcome = AgentOutcome(
                session_id, finish.status, seconds, finish.handoff_data, finish.error_code, finish.error_message
            )
            _note_end(session, outcome)
            self._services.meters.count(Metric.AGENT_TALKS, status=outcome.status.value)
            return outcome

        parts = TalkParts(session, self._services, plan, consent, line, voice)
        try:
            return ended(await self._to_the_end(parts, session_id))
        except asyncio.CancelledError:
            ended(FinishTalk(AgentStatus.ENDED))  # the call takes up another flow
            raise

    async def _to_the_end(self, parts: TalkParts, session_id: str) -> FinishTalk:
        session, line = parts.session, parts.line
        try:
            await session.until_over(line.open())
        except LegGone:
            return FinishTalk(AgentStatus.COMPLETED)
        except WebhookError as error:
            return FinishTalk(AgentStatus.FAILED, error_code=UNREACHED_CODE, error_message=str(error))
        session.note_event("agent_began", session=session_id, url=parts.plan.url)
        code = _GOING_AWAY
        try:
            async with self._asking_newcomers(session):
                finish = await LiveTalk(parts).to_the_end()
            code = finish.close_code
            return finish
        finally:
            await to_its_end(line.close(code))

    async def _consent(self, session: Session, disclosure: Disclosure) -> ToStreaming:
        consent = await self._permission.consent_of(session, purpose=Purpose.STREAMING, notice=disclosure)
        if consent is None:
            raise AgentError("Who is on the line has not consented to be heard by a program.")
        return consent

    @asynccontextmanager
    async def _asking_newcomers(self, session: Session) -> AsyncIterator[None]:
        """Inside, whoever takes the place of the person on the line is asked too, and is not heard before."""
        is_expected = False

        async def told_of_newcomer() -> None:
            nonlocal is_expected
            is_expected = not is_expected
            if not is_expected:  # the other is on the line by now
                session.beside.begin(self._ask(session))

        forget = session.consenting.tell_newcomer_to(told_of_newcomer)
        try:
            yield
        finally:
            forget()

    async def _ask(self, session: Session) -> None:
        try:
            await self._consent(session, await self._gate.disclosure_of(session))
        except (AgentError, DisclosureRefused) as refusal:
            session.note_event("agent_error", reason=str(refusal))


def _facts(session: Session, session_id: str, plan: AgentPlan) -> SessionFacts:
    call = webhook_params(session.call)
    return SessionFacts(
        session_id=session_id,
        account_id=session.call.account_id,
        call_id=session.call.id,
        from_=call["From"],
        to=call["To"],
        direction=call["Direction"],
        status=call["CallStatus"].upper(),
        parent_id=call.get("ParentCallSid"),
        forwarded_from=call.get("ForwardedFrom"),
        caller_name=call.get("CallerName"),
        parameters=dict(plan.parameters),
    )


def _note_end(session: Session, outcome: AgentOutcome) -> None:
    failure = {"error_code": outcome.error_code, "reason": outcome.error_message} if outcome.error_code else {}
    status = outcome.status.value
    session.note_event("agent_ended", session=outcome.session_id, status=status, seconds=outcome.seconds, **failure)
