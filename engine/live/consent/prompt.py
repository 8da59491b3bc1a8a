"""Asks one leg for consent, and hears its answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.aio.waits import race
from engine.errors import MediaError, SpeechError
from engine.live.session.dtmf import Keys
from engine.live.session.session import Session
from engine.live.speaker import Speaker
from engine.model.consent import AGREE, REFUSE, WITHDRAW, Ask, ConsentAnswer, How, Sentence, Sentences, Wording
from engine.ports import Ear, Speech

TRIES: Final = 2
ANSWER_S: Final = 8.0
"""From the question's end."""


@dataclass(frozen=True, slots=True)
class ConsentPrompt:
    """Speaks the wordings to a session's leg, which alone hears them."""

    session: Session
    sentences: Sentences
    """What is asked for."""
    wordings: Mapping[Sentence, Wording]
    speaker: Speaker

    async def ask(self, ask: Ask) -> ConsentAnswer:
        """What came of telling, or of asking for a key; an Ask of nothing is not for this."""
        return await (self._question() if ask is Ask.KEY else self._tell())

    async def confirm(self, ask: Ask, answer: ConsentAnswer) -> None:
        """Say what was understood, where an answer was wanted or an objection came."""
        if ask is Ask.KEY:
            with self.session.keys.diverted():
                await self.say(self.sentences.thanks if answer.digit == AGREE else self.sentences.refused)
        elif answer.digit is not None:
            await self.say(self.sentences.refused)

    async def say(self, sentence: Sentence) -> bool:
        """False if it could not be spoken to its end, which is noted."""
        wording = self.wordings[sentence]
        try:
            await self.speaker.say(Speech(wording.text, wording.language), [Ear(self.session.leg.id)])
        except (SpeechError, MediaError) as error:
            self.session.journal.note_event("prompt_failed", text=wording.text, reason=str(error))
            return False
        return True

    async def _tell(self) -> ConsentAnswer:
        """Who objects while it is still being said, as it says, does not consent at all."""
        announcement = self.sentences.announcement
        wording = self.wordings[announcement]
        said, objection = self.say(announcement), self.session.keys.sequence(WITHDRAW)
        async with race(said, objection) as (telling, objecting):
            if not objecting.done():
                return ConsentAnswer(How.ANNOUNCED if telling.result() else How.UNHEARD, wording)
        return ConsentAnswer(How.DIGIT, wording, WITHDRAW)

    async def _question(self) -> ConsentAnswer:
        wording = self.wordings[self.sentences.question]
        how, key = How.NO_ANSWER, None
        with self.session.keys.diverted() as keys:
            for _ in range(TRIES):
                how, key = await self._key(keys)
                if key in (AGREE, REFUSE):
                    break
        return ConsentAnswer(how, wording, key)

    async def _key(self, keys: Keys) -> tuple[How, str | None]:
        """The first key, which silences the question."""
        async with race(self.say(self.sentences.question), keys.next(None)) as (asking, pressed):
            await asyncio.wait({pressed}, timeout=ANSWER_S)
            if pressed.done():
                return How.DIGIT, pressed.result()
            return (How.NO_ANSWER if asking.result() else How.UNHEARD), None
