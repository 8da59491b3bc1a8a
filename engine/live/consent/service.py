"""Consent on live legs: asked for by the policy of each call, remembered for as long as the leg lives, withdrawn."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from engine.errors import LegGone, StoreError
from engine.live.consent.policies import ConsentPolicies
from engine.live.consent.prompt import ConsentPrompt
from engine.live.recording.service import RecordingService
from engine.live.session.session import Session
from engine.live.speaker import Speaker
from engine.model.conference import Conference
from engine.model.consent import (
    WITHDRAW,
    Ask,
    AskedLeg,
    Consent,
    ConsentAnswer,
    ConsentChoice,
    ConsentPolicy,
    ConsentRecord,
    Given,
    How,
    Sentence,
    Withdrawal,
    asked_of,
    asserted,
    decide,
    withdrawn,
)
from engine.ports import Clock, Heard, Said


class ConsentService:
    """May these legs be recorded?"""

    def __init__(self, rules: ConsentPolicies, speaker: Speaker, recorder: RecordingService, clock: Clock) -> None:
        self._rules = rules
        self._speaker = speaker
        self._recorder = recorder
        self._clock = clock

    async def consent_of(self, *sessions: Session, conference: Conference | None = None) -> Consent | None:
        """The latest consent of all the legs, which talk with each other; None if one gave none or is gone.

        Who has not been asked is asked, and so is who was asked for less than one of the policies wants.
        """
        try:
            choices = [await self._choice(session) for session in sessions]
        except StoreError as error:
            for session in sessions:
                session.journal.note_event("not_recorded", reason=f"the consent policy is not known: {error}")
            return None
        policies = [choice.policy for choice in choices]
        given = await asyncio.gather(
            *(
                self._of_one(session, choice, policies[:at] + policies[at + 1 :], conference)
                for at, (session, choice) in enumerate(zip(sessions, choices, strict=True))
            )
        )
        consents = [each for each in given if each is not None]
        return max(consents, key=lambda each: each.at) if len(consents) == len(sessions) else None

    async def withdraw(self, session: Session, how: How) -> None:
        """Withdraw consent: the leg is in no recording any more, also where StoreError is raised."""
        consent = session.consenting.withdraw()
        leg = self._leg(session, consent.record.conference_id if consent else None)
        if consent is not None:
            self._keep(session, withdrawn(consent, how, leg))
            await self._cut(session, consent.choice)
            session.beside.begin(self._say_withdrawn(session))
        else:
            choice = await self._rules.choice(session.call)
            self._keep(session, decide(choice, Ask.KEY, ConsentAnswer(how), leg).record)

    async def _choice(self, session: Session) -> ConsentChoice:
        """The policy by which a call was asked, as it was when consent was given, if it was."""
        return session.consent.choice if session.consent is not None else await self._rules.choice(session.call)

    async def _of_one(
        self, session: Session, choice: ConsentChoice, others: Iterable[ConsentPolicy], conference: Conference | None
    ) -> Consent | None:
        ask = asked_of(choice.policy, others, dialled=session.call.parent_id is not None)
        async with session.consenting.asking:
            before = session.consent
            if session.consenting.is_final or (before is not None and before.answers(ask)):
                return before
            try:
                answer = await self._answer(session, choice, ask, conference)
            except LegGone:
                return None
            except StoreError as error:
                session.journal.note_event("not_recorded", reason=f"the texts are not known: {error}")
                return None
            return await self._answered(session, choice, ask, answer, conference)

    async def _answered(
        self, session: Session, choice: ConsentChoice, ask: Ask, answer: ConsentAnswer, conference: Conference | None
    ) -> Consent | None:
        if session.consenting.is_final:
            return None  # it was withdrawn from outside while the leg was asked: what it answers then does not count
        before = session.consent
        decision = decide(choice, ask, answer, self._leg(session, conference.id if conference else None))
        self._keep(session, decision.record)
        if session.over.is_set():
            return None
        session.consenting.answered(answer, decision.consent)
        if decision.consent is None:
            session.journal.note_event("not_recorded", reason=_reason(answer))
            if before is not None:
                await self._cut(session, before.choice)
        elif before is None and choice.policy is not ConsentPolicy.NONE_NEEDED:
            session.beside.begin(self._watch(session))
        return session.consent

    async def _answer(
        self, session: Session, choice: ConsentChoice, ask: Ask, conference: Conference | None
    ) -> ConsentAnswer:
        if ask is Ask.NOTHING:
            return asserted(choice)
        language = (conference.options.language if conference else None) or session.language
        asking = await self._asking(session, language)
        answer = await session.until_over(asking.ask(ask))
        with suppress(LegGone):  # it has answered all the same
            await session.until_over(asking.confirm(ask, answer))
        return answer

    async def _asking(self, session: Session, language: str) -> ConsentPrompt:
        return ConsentPrompt(session, await self._rules.wordings(session.call.account_id, language), self._speaker)

    async def _watch(self, session: Session) -> None:
        """Withdraw on the keys for it."""
        await session.keys.sequence(WITHDRAW)
        if session.consent is not None:
            await self.withdraw(session, How.DIGIT)

    async def _cut(self, session: Session, choice: ConsentChoice) -> None:
        sources = (Said(session.leg.id), Heard(session.leg.id))
        delete = choice.withdrawal is Withdrawal.DELETE
        session.consenting.withhold(*sources)
        await self._recorder.withhold(*sources, unwanted=delete)
        await session.consenting.tell_withdrawal(delete=delete)

    async def _say_withdrawn(self, session: Session) -> None:
        try:
            asking = await self._asking(session, session.language)
            await session.until_over(asking.say(Sentence.WITHDRAWN))
        except (LegGone, StoreError) as error:
            session.journal.note_event("prompt_failed", text=Sentence.WITHDRAWN.value, reason=str(error))

    def _keep(self, session: Session, record: ConsentRecord) -> None:
        """Behind the call's back: a failing database holds up nobody."""
        session.journal.keep(self._rules.records.adding(record))
        facts = {"digit": record.digit, "wording_version": record.wording_version, "conference": record.conference_id}
        session.journal.note_event(
            "consent_withdrawn" if record.given is Given.WITHDRAWN else "consent",
            consent=record.id, policy=record.policy.value, given=record.given.value, how=record.how.value,
            **{name: each for name, each in facts.items() if each is not None},
        )  # fmt: skip

    def _leg(self, session: Session, conference_id: str | None) -> AskedLeg:
        call, now = session.call, self._clock.now()
        offset_s = (now - call.answer_time).total_seconds() if call.answer_time else None
        return AskedLeg(call.account_id, call.id, call.far_end, now, offset_s, conference_id)


def _reason(answer: ConsentAnswer) -> str:
    match answer.how:
        case How.UNHEARD:
            return "no consent could be obtained"
        case How.NO_ANSWER:
            return "nobody answered whether it may be recorded"
        case _:
            return "consent was refused"
