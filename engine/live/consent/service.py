"""Consent on live legs: asked for by the policy of each call and purpose, kept while the leg lives, withdrawn."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Literal, overload

from engine.errors import LegGone, StoreError
from engine.live.consent.policies import ConsentPolicies
from engine.live.consent.processor import Processor
from engine.live.consent.prompt import ConsentPrompt
from engine.live.session.leg_consent import LegConsent
from engine.live.session.session import Session
from engine.live.speaker import Speaker
from engine.model.conference import Conference
from engine.model.consent import (
    ABOUT,
    WITHDRAW,
    Ask,
    AskedLeg,
    Consent,
    ConsentAnswer,
    ConsentChoice,
    ConsentPolicy,
    ConsentRecord,
    ConsentRequest,
    Given,
    How,
    Purpose,
    Sentence,
    ToRecording,
    ToStreaming,
    Withdrawal,
    Wording,
    asked_of,
    decide,
    sentences_of,
    withdrawn,
)
from engine.model.disclosure import Disclosure
from engine.ports import Clock, Heard, Said


class ConsentService:
    """May these legs be recorded, streamed, written down?"""

    def __init__(
        self, rules: ConsentPolicies, speaker: Speaker, processors: Mapping[Purpose, Processor], clock: Clock
    ) -> None:
        self._rules = rules
        self._speaker = speaker
        self._clock = clock
        self.processors: Final = processors
        """What hears calls, by the purpose for which it does."""

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
        heard = (notice, *(None for _ in others))
        place = conference.id if conference else None
        requests = [
            ConsentRequest(purpose, choice, ask, _language(each, conference, told), place, told)
            for each, choice, ask, told in zip(sessions, choices, asks, heard, strict=True)
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
            session.beside.begin(self._say_withdrawn(session, [each.record.purpose for each in consents]))
        else:
            await self._refuse(session, how, open_before)

    async def release(self, session: Session) -> None:
        """Withhold nothing of the leg any more: its call is over."""
        for purpose, processor in self.processors.items():
            await processor.release(*session.consenting.release(purpose))

    async def _refuse(self, session: Session, how: How, purposes: Iterable[Purpose]) -> None:
        """Keep that the leg will not be asked for these, of which it was not asked yet."""
        for purpose in purposes:
            choice = await self._rules.choice(session.call, purpose)
            self._keep(session, decide(choice, Ask.KEY, ConsentAnswer(how), self._leg(session), purpose).record)

    async def _choice(self, session: Session, purpose: Purpose) -> ConsentChoice:
        """The policy by which a call was asked, as it was when consent was given, if it was."""
        consent = session.consenting.given(purpose)
        return consent.choice if consent is not None else await self._rules.choice(session.call, purpose)

    async def _of_one(self, session: Session, request: ConsentRequest) -> Consent[Purpose] | None:
        consenting = session.consenting
        consenting.requests.append(request)
        try:
            async with consenting.asking:
                if _is_due(consenting, request):
                    await self._put(session, request)
        finally:
            consenting.requests.remove(request)
        given = consenting.given(request.purpose)
        return given if given is not None and given.answers(request.ask) else None

    async def _put(self, session: Session, request: ConsentRequest) -> None:
        """Ask the leg, also for what waits to be asked in the same breath."""
        put = [request]
        try:
            answer = request.told
            if answer is None:
                wordings = await self._wordings(session, request.language)
                waiting = [each for each in session.consenting.requests if _is_due(session.consenting, each)]
                put = list(request.with_others(waiting))
                answer = await self._answer(session, put, wordings)
        except LegGone:
            return
        except StoreError as error:
            _note_none(session, request.purpose, f"the texts are not known: {error}")
            return
        for each in put:
            await self._answered(session, each, answer)

    async def _answered(self, session: Session, request: ConsentRequest, answer: ConsentAnswer) -> None:
        purpose, choice, consenting = request.purpose, request.choice, session.consenting
        if consenting.is_final(purpose):
            return  # it was withdrawn from outside while the leg was asked: what it answers then does not count
        before = consenting.given(purpose)
        decision = decide(choice, request.ask, answer, self._leg(session, request.conference_id), purpose)
        self._keep(session, decision.record)
        if session.over.is_set():
            return
        consenting.answered(purpose, answer, decision.consent)
        if decision.consent is None:
            _note_none(session, purpose, _reason(answer))
            if before is not None:
                await self._cut(session, before)
            return
        session.beside.begin(consenting.tell_consent(purpose))
        if before is None and choice.policy is not ConsentPolicy.NONE_NEEDED:
            session.beside.begin(self._watch(session))

    async def _answer(
        self, session: Session, put: Sequence[ConsentRequest], wordings: Mapping[Sentence, Wording]
    ) -> ConsentAnswer:
        asking, ask = ConsentPrompt(session, sentences_of(put), wordings, self._speaker), put[0].ask
        answer = await session.until_over(asking.ask(ask))
        with suppress(LegGone):  # it has answered all the same
            await session.until_over(asking.confirm(ask, answer))
        return answer

    async def _wordings(self, session: Session, language: str) -> Mapping[Sentence, Wording]:
        return await self._rules.wordings(session.call.account_id, language)

    async def _watch(self, session: Session) -> None:
        """Withdraw on the keys for it."""
        await session.keys.sequence(WITHDRAW)
        if session.consenting.is_any_given:
            await self.withdraw(session, How.DIGIT)

    async def _cut(self, session: Session, consent: Consent[Purpose]) -> None:
        """Have nothing of the leg processed any more for what was consented to."""
        purpose, delete = consent.record.purpose, consent.choice.withdrawal is Withdrawal.DELETE
        if purpose in self.processors:
            sources = (Said(session.leg.id), Heard(session.leg.id))
            session.consenting.withhold(purpose, *sources)
            await self.processors[purpose].withhold(*sources, unwanted=delete)
        await session.consenting.tell_withdrawal(purpose, delete=delete)

    async def _say_withdrawn(self, session: Session, purposes: Iterable[Purpose]) -> None:
        sentence = Sentence.WITHDRAWN if set(purposes) == {Purpose.RECORDING} else Sentence.ALL_WITHDRAWN
        try:
            wordings = await self._wordings(session, session.language)
            saying = ConsentPrompt(session, ABOUT[frozenset({Purpose.RECORDING})], wordings, self._speaker)
            await session.until_over(saying.say(sentence))
        except (LegGone, StoreError) as error:
            session.journal.note_event("prompt_failed", text=sentence.value, reason=str(error))

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


def _language(session: Session, conference: Conference | None, notice: Disclosure | None) -> str:
    """The language in which a leg is asked, BCP 47: that in which it was told of a program, where it was."""
    told = notice.record.language if notice else None
    return told or (conference.options.language if conference else None) or session.language


def _is_due(consenting: LegConsent, request: ConsentRequest) -> bool:
    """Whether the leg is still to be asked this."""
    before = consenting.given(request.purpose)
    return not (consenting.is_final(request.purpose) or (before is not None and before.answers(request.ask)))


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
