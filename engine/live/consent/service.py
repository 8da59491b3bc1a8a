"""Consent on live legs: asked for by the policy of each call and purpose, kept while the leg lives, withdrawn."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, overload

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
    Purpose,
    Sentence,
    ToRecording,
    ToStreaming,
    Withdrawal,
    Wording,
    asked_of,
    asserted,
    decide,
    withdrawn,
)
from engine.model.disclosure import Disclosure, DisclosurePolicy
from engine.ports import Clock, Heard, Said


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked of one leg: for what, by which policy, in which conference, after which notice."""

    purpose: Purpose
    choice: ConsentChoice
    ask: Ask
    conference: Conference | None
    notice: Disclosure | None

    @property
    def told(self) -> ConsentAnswer | None:
        """What stands in for an answer where nothing has to be said any more."""
        if self.ask is Ask.NOTHING:
            return asserted(self.choice)
        heard = _heard(self.notice) if self.purpose is Purpose.STREAMING and self.ask is Ask.TELL else None
        return ConsentAnswer(How.ANNOUNCED, heard) if heard is not None else None


class ConsentService:
    """May these legs be recorded, streamed, written down?"""

    def __init__(self, rules: ConsentPolicies, speaker: Speaker, recorder: RecordingService, clock: Clock) -> None:
        self._rules = rules
        self._speaker = speaker
        self._recorder = recorder
        self._clock = clock

    @overload
    async def consent_of(
        self, session: Session, *others: Session, conference: Conference | None = None
    ) -> ToRecording | None: ...

    @overload
    async def consent_of(
        self, session: Session, *others: Session, purpose: Literal[Purpose.STREAMING],
        notice: Disclosure | None = None, conference: Conference | None = None,
    ) -> ToStreaming | None: ...  # fmt: skip

    @overload
    async def consent_of(
        self, session: Session, *others: Session, purpose: Purpose,
        notice: Disclosure | None = None, conference: Conference | None = None,
    ) -> Consent[Purpose] | None: ...  # fmt: skip

    async def consent_of(
        self, session: Session, *others: Session, purpose: Purpose = Purpose.RECORDING,
        notice: Disclosure | None = None, conference: Conference | None = None,
    ) -> Consent[Purpose] | None:  # fmt: skip
        """The latest consent of all the legs, which talk with each other; None if one gave none or is gone.

        Who has not been asked is asked, and so is who was asked for less than one of the policies wants. `notice` tells
        the first already that what is said is processed: where a policy only tells, that is its announcement.
        """
        sessions = (session, *others)
        try:
            choices = [await self._choice(each, purpose) for each in sessions]
        except StoreError as error:
            for each in sessions:
                _note_none(each, purpose, f"the consent policy is not known: {error}")
            return None
        asks = _asks(sessions, choices)
        notices = (notice, *(None for _ in others))
        requests = [
            _Request(purpose, choice, ask, conference, heard)
            for choice, ask, heard in zip(choices, asks, notices, strict=True)
        ]
        given = await asyncio.gather(*map(self._of_one, sessions, requests))
        consents = [each for each in given if each is not None]
        return max(consents, key=lambda each: each.at) if len(consents) == len(sessions) else None

    async def withdraw(self, session: Session, how: How) -> None:
        """Withdraw consent to everything: nothing keeps or hears the leg any more, also where StoreError is raised."""
        open_before = session.consenting.withdraw()
        consents = [consent for consent in open_before.values() if consent is not None]
        for consent in consents:
            leg = self._leg(session, consent.record.conference_id)
            self._keep(session, withdrawn(consent, how, leg))
        if consents:
            await asyncio.gather(*(self._cut(session, consent) for consent in consents))
            session.beside.begin(self._say_withdrawn(session))
        else:
            await self._refuse(session, how, open_before)

    async def _refuse(self, session: Session, how: How, purposes: Iterable[Purpose]) -> None:
        """Keep that the leg will not be asked for these, of which it was not asked yet."""
        for purpose in purposes:
            choice = await self._rules.choice(session.call, purpose)
            self._keep(session, decide(choice, Ask.KEY, ConsentAnswer(how), self._leg(session), purpose).record)

    async def _choice(self, session: Session, purpose: Purpose) -> ConsentChoice:
        """The policy by which a call was asked, as it was when consent was given, if it was."""
        consent = session.consenting.given(purpose)
        return consent.choice if consent is not None else await self._rules.choice(session.call, purpose)

    async def _of_one(self, session: Session, request: _Request) -> Consent[Purpose] | None:
        purpose = request.purpose
        async with session.consenting.asking:
            before = session.consenting.given(purpose)
            if session.consenting.is_final(purpose) or (before is not None and before.answers(request.ask)):
                return before
            try:
                answer = request.told or await self._answer(session, request)
            except LegGone:
                return None
            except StoreError as error:
                _note_none(session, purpose, f"the texts are not known: {error}")
                return None
            return await self._answered(session, request, answer)

    async def _answered(self, session: Session, request: _Request, answer: ConsentAnswer) -> Consent[Purpose] | None:
        purpose, choice, conference = request.purpose, request.choice, request.conference
        if session.consenting.is_final(purpose):
            return None  # it was withdrawn from outside while the leg was asked: what it answers then does not count
        before = session.consenting.given(purpose)
        leg = self._leg(session, conference.id if conference else None)
        decision = decide(choice, request.ask, answer, leg, purpose)
        self._keep(session, decision.record)
        if session.over.is_set():
            return None
        session.consenting.answered(purpose, answer, decision.consent)
        if decision.consent is None:
            _note_none(session, purpose, _reason(answer))
            if before is not None:
                await self._cut(session, before)
        elif before is None and choice.policy is not ConsentPolicy.NONE_NEEDED:
            session.beside.begin(self._watch(session))
        return session.consenting.given(purpose)

    async def _answer(self, session: Session, request: _Request) -> ConsentAnswer:
        conference = request.conference
        language = (conference.options.language if conference else None) or session.language
        asking = await self._asking(session, language)
        answer = await session.until_over(asking.ask(request.ask))
        with suppress(LegGone):  # it has answered all the same
            await session.until_over(asking.confirm(request.ask, answer))
        return answer

    async def _asking(self, session: Session, language: str) -> ConsentPrompt:
        return ConsentPrompt(session, await self._rules.wordings(session.call.account_id, language), self._speaker)

    async def _watch(self, session: Session) -> None:
        """Withdraw on the keys for it."""
        await session.keys.sequence(WITHDRAW)
        if session.consenting.is_any_given:
            await self.withdraw(session, How.DIGIT)

    async def _cut(self, session: Session, consent: Consent[Purpose]) -> None:
        """Have nothing of the leg processed any more for what was consented to."""
        delete = consent.choice.withdrawal is Withdrawal.DELETE
        if consent.covers(Purpose.RECORDING):
            sources = (Said(session.leg.id), Heard(session.leg.id))
            session.consenting.withhold(*sources)
            await self._recorder.withhold(*sources, unwanted=delete)
        await session.consenting.tell_withdrawal(consent.record.purpose, delete=delete)

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
            consent=record.id, purpose=record.purpose.value, policy=record.policy.value, given=record.given.value,
            how=record.how.value, **{name: each for name, each in facts.items() if each is not None},
        )  # fmt: skip

    def _leg(self, session: Session, conference_id: str | None = None) -> AskedLeg:
        call, now = session.call, self._clock.now()
        offset_s = (now - call.answer_time).total_seconds() if call.answer_time else None
        return AskedLeg(call.account_id, call.id, call.far_end, now, offset_s, conference_id)


def _asks(sessions: Sequence[Session], choices: Sequence[ConsentChoice]) -> list[Ask]:
    """What is asked of each, of its own policy and those of whom it talks with."""
    policies = [choice.policy for choice in choices]
    return [
        asked_of(own, policies[:at] + policies[at + 1 :], dialled=session.call.parent_id is not None)
        for at, (session, own) in enumerate(zip(sessions, policies, strict=True))
    ]


def _heard(notice: Disclosure | None) -> Wording | None:
    """What somebody was told of a program, if we told it: that what they say is processed too."""
    if notice is None or notice.record.policy is not DisclosurePolicy.ANNOUNCE:
        return None
    record = notice.record
    return Wording(record.text or "", record.language or "", record.text_version or "")


def _note_none(session: Session, purpose: Purpose, reason: str) -> None:
    """Tell on the call why there is no consent."""
    if purpose is Purpose.RECORDING:
        session.journal.note_event("not_recorded", reason=reason)
    else:
        session.journal.note_event("no_consent", purpose=purpose.value, reason=reason)


def _reason(answer: ConsentAnswer) -> str:
    match answer.how:
        case How.UNHEARD:
            return "no consent could be obtained"
        case How.NO_ANSWER:
            return "nobody answered the question for consent"
        case _:
            return "consent was refused"
