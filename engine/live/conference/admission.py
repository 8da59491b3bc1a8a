"""Lets callers into rooms: asks for the PIN, for consent to be recorded, and for a name."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.aio.tasks import started, stopped
from engine.aio.waits import race
from engine.errors import MediaError, SpeechError
from engine.flow.plans import QueueEntry, RoomPlan
from engine.live.conference.spoken_name import SpokenName, ask_name
from engine.live.consent.service import ConsentService
from engine.live.phrases import Phrase, others_present
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.conference import Conference
from engine.model.conference_options import Announces
from engine.ports import Ear, Speech
from engine.security.pins import TRIES_A_CALL, PinGuard, Role

_FIRST_KEY_S: Final = 10.0
_NEXT_KEY_S: Final = 5.0
_LONGEST_PIN: Final = 12
_ENDS_IT: Final = "#"
_REFUSALS: Final = {
    QueueEntry.FULL: Phrase.CONFERENCE_FULL,
    QueueEntry.LOCKED: Phrase.CONFERENCE_LOCKED,
    QueueEntry.WRONG_PIN: Phrase.WRONG_PIN,
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller who may enter a conference: as what, and with which spoken name."""

    moderator: bool
    name: SpokenName | None


class Admission:
    """Admits callers to conferences: PIN, consent, spoken name. One for each node."""

    def __init__(self, services: CallServices, permission: ConsentService) -> None:
        self._services = services
        self._permission = permission
        self._guards: defaultdict[str, PinGuard] = defaultdict(PinGuard)

    async def admit(
        self,
        session: Session,
        plan: RoomPlan,
        conference: Conference,
        others: Callable[[], Sequence[Session]],
        present: Callable[[], Awaitable[int]],
    ) -> Admitted | QueueEntry:
        """Who it is, or why it can't come in; `others` tells who is there, `present` how many. Raises LegGone.

        Who refuses to be recorded comes in and is left out of the recording. Those who are there are asked again where
        the newcomer's policy wants more than they were asked for.
        """
        moderator = plan.moderator
        if conference.asks_for_pin and not moderator:
            role = await self._role(session, conference)
            if role is None:
                return QueueEntry.WRONG_PIN
            moderator = role is Role.MODERATOR
        if conference.record:
            await self._permission.consent_of(session, *others(), conference=conference)
            if not session.has_answered_consent:
                return QueueEntry.NO_CONSENT
        name, language = None, language_for(conference, session)
        if conference.options.announce is Announces.NAMES:
            name = await ask_name(session, language, self._services.speaker, self._services.bridge)
        if conference.options.roll_call:
            await self._say(session, others_present(await present(), language))
        return Admitted(moderator, name)

    async def refuse(self, session: Session, conference: Conference, entry: QueueEntry) -> None:
        """Say why somebody does not come in, where there is something to say. Raises LegGone."""
        session.journal.note_event("conference_refused", conference=conference.id, reason=entry.value)
        if entry in _REFUSALS:
            await self._say(session, _REFUSALS[entry].in_language(language_for(conference, session)))

    def forget(self, conference: Conference) -> None:
        """The conference is over."""
        self._guards.pop(conference.id, None)

    async def _role(self, session: Session, conference: Conference) -> Role | None:
        guard, caller, clock = self._guards[conference.id], session.call.from_, self._services.clock
        prompt = Phrase.ENTER_PIN.in_language(language_for(conference, session))
        for attempt in range(1, TRIES_A_CALL + 1):
            if not guard.may_try(caller, clock.monotonic()):
                session.journal.note_event("pin_refused", conference=conference.id, reason="too many wrong ones")
                return None
            role = self._services.pins.role(conference, await self._keys(session, prompt))
            if role is not None:
                return role
            guard.was_wrong(caller, clock.monotonic())
            session.journal.note_event("pin_wrong", conference=conference.id, attempt=attempt)
            if attempt < TRIES_A_CALL:
                await self._say(session, Phrase.WRONG_PIN.in_language(prompt.language))
        return None

    async def _keys(self, session: Session, prompt: Speech) -> str:
        """What is keyed up to #, or until no key has come for some time; the first one silences the prompt."""
        prompting = started(self._say(session, prompt))
        try:
            keys = ""
            first = await session.until_over(self._first_key(session, prompting))
            while first is not None and first != _ENDS_IT and len(keys) < _LONGEST_PIN:
                keys += first
                first = await session.until_over(session.keys.next(_NEXT_KEY_S))
            return keys
        finally:
            await stopped(prompting)

    async def _first_key(self, session: Session, prompting: asyncio.Task[None]) -> str | None:
        async with race(session.keys.next(None), asyncio.wait({prompting})) as (pressed, _):
            done, _ = await asyncio.wait({pressed}, timeout=_FIRST_KEY_S)
            await stopped(prompting)
            return pressed.result() if done else None

    async def _say(self, session: Session, speech: Speech) -> None:
        try:
            await session.until_over(self._services.speaker.say(speech, [Ear(session.leg.id)]))
        except (SpeechError, MediaError) as error:
            session.journal.note_event("prompt_failed", text=speech.text, reason=str(error))


def language_for(conference: Conference, session: Session) -> str:
    """The language in which somebody is spoken to in a conference."""
    return conference.options.language or session.language
