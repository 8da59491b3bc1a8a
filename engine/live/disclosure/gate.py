"""The gate before a program's sound: whoever is to hear it is told first that a program speaks, and for whom."""

from engine.aio.waits import to_its_end
from engine.errors import DisclosureRefused, MediaError, SpeechError, StoreError
from engine.live.disclosure.policies import DisclosurePolicies
from engine.live.session.leg_disclosure import HeardProgram, ProgramSound
from engine.live.session.session import Session
from engine.live.speaker import Speaker
from engine.model.disclosure import (
    Disclosure,
    DisclosureChoice,
    DisclosurePolicy,
    DisclosureRecord,
    HeardNotice,
    NoticeWording,
    ToldLeg,
    disclosed,
    faults,
)
from engine.ports import Clock, Ear, Speech


class DisclosureGate:
    """Tells the far ends of live legs that a program speaks (AI Act art. 50(1) and (5)).

    A notice, once begun, is heard to its end: no key ends it, nor does who asked for it and is cancelled meanwhile.
    """

    def __init__(self, rules: DisclosurePolicies, speaker: Speaker, clock: Clock) -> None:
        self._rules = rules
        self._speaker = speaker
        self._clock = clock

    async def disclosure_of(
        self, session: Session, choice: DisclosureChoice | None = None, *, language: str | None = None
    ) -> Disclosure:
        """What lets a program be heard on a leg: told now, unless this person was told before by the same policy.

        `choice` goes before those of the call, its number and its account, `language` (BCP 47) before that in which the
        call is spoken to. Raises DisclosureRefused, which says what to do, and LegGone.
        """
        return await to_its_end(self._of_leg(session, choice, language))

    async def open(
        self,
        session: Session,
        sound: ProgramSound,
        choice: DisclosureChoice | None = None,
        *,
        language: str | None = None,
    ) -> Disclosure:
        """Let the far end hear a program once it was told; and so anybody who takes its place there.

        Raises as `disclosure_of`, and MediaError.
        """
        chosen = choice or await self._choice(session)
        disclosure = await self.disclosure_of(session, chosen, language=language)
        while session.disclosing.made_by(chosen) is not disclosure:  # another person came just now
            disclosure = await self.disclosure_of(session, chosen, language=language)
        session.disclosing.hears(sound, HeardProgram(chosen, language))
        await sound.speak(disclosure, Ear(session.leg.id))
        return disclosure

    async def close(self, session: Session, sound: ProgramSound) -> None:
        """Let the far end hear a program no more. Raises MediaError, LegGone."""
        session.disclosing.hears_no_more(sound)
        await sound.hush(Ear(session.leg.id))

    async def _of_leg(self, session: Session, choice: DisclosureChoice | None, language: str | None) -> Disclosure:
        chosen = choice or await self._choice(session)
        if wrong := faults(chosen):
            field, fault = next(iter(wrong.items()))
            raise self._refused(session, f"disclosure.{field} {fault}")
        async with session.disclosing.telling:
            while (made := session.disclosing.made_by(chosen)) is None:
                await self._tell(session, chosen, language or session.language)
            return made

    async def _tell(self, session: Session, choice: DisclosureChoice, language: str) -> None:
        """Tell who listens; of no use where that one has not listened to the end. Raises DisclosureRefused, LegGone."""
        listener = await session.until_over(session.disclosing.listener())
        leg = ToldLeg(session.call.account_id, session.call.id, session.call.far_end, session.leg.id)
        heard = await self._told(session, language) if choice.policy is DisclosurePolicy.ANNOUNCE else None
        made = disclosed(choice, heard, leg, self._clock.now())
        if made is not None and session.disclosing.is_still(listener):
            session.disclosing.made(choice, made)
            self._keep(session, made.record)

    async def _choice(self, session: Session) -> DisclosureChoice:
        try:
            return await self._rules.choice(session.call)
        except StoreError as error:
            raise self._refused(session, f"the disclosure policy is not known: {error}") from error

    async def _told(self, session: Session, language: str) -> HeardNotice:
        """The notice, which was spoken to its end. Raises DisclosureRefused, LegGone."""
        try:
            wording = await self._rules.wording(session.call.account_id, language)
        except StoreError as error:
            raise self._refused(session, f"the notice is not known: {error}") from error
        except DisclosureRefused as refusal:
            raise self._refused(session, str(refusal)) from None
        begun_at = self._clock.now()
        try:
            await session.until_over(self._say(session, wording))
        except (SpeechError, MediaError) as error:
            raise self._refused(session, f"the notice could not be spoken to its end: {error}") from error
        return HeardNotice(wording, begun_at, self._clock.now())

    async def _say(self, session: Session, wording: NoticeWording) -> None:
        await self._speaker.say(Speech(wording.text, wording.language), [Ear(session.leg.id)])

    def _refused(self, session: Session, why: str) -> DisclosureRefused:
        session.journal.note_event("not_disclosed", reason=why)
        return DisclosureRefused(why)

    def _keep(self, session: Session, record: DisclosureRecord) -> None:
        """Behind the call's back: a failing database holds up nobody."""
        session.journal.keep(self._rules.records.adding(record))
        facts = {"text_version": record.text_version, "language": record.language, "asserted_by": record.asserted_by}
        session.journal.note_event(
            "disclosed", disclosure=record.id, policy=record.policy.value,
            **{name: each for name, each in facts.items() if each is not None},
        )  # fmt: skip
