"""A customer's document that is heard in a conference, by all or by one: what it says and plays."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urljoin, urlsplit

from engine.errors import DocumentError
from engine.flow.document import Document
from engine.flow.next_step import GoTo
from engine.flow.verbs.pause import Pause
from engine.flow.verbs.play import Play
from engine.flow.verbs.redirect import Redirect
from engine.flow.verbs.say import Say
from engine.live.conference.member import Member
from engine.live.speaker import Speaker
from engine.model.languages import spoken_for
from engine.ports import Clock, Sink

MOST_REDIRECTS: Final = 10
_FILES: Final = frozenset({".aac", ".aif", ".aiff", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".wav"})


@dataclass(frozen=True, slots=True)
class AnnouncedDocument:
    """A document, fetched as the flow of `orderer` would be. Where the path ends as a file of sound does, it is one.

    Of call flows it is Say, Play, Pause and Redirect; a loop without an end is once.
    """

    at: GoTo
    orderer: Member
    speaker: Speaker
    clock: Clock

    async def sound(self, to: Sequence[Sink]) -> None:
        """Let it be heard to its end. Raises DocumentError, WebhookError, MediaError, SpeechError."""
        at: GoTo | None = self.at
        if PurePosixPath(urlsplit(self.at.url).path).suffix.lower() in _FILES:
            await self.speaker.play_url(self.at.url, to, self.orderer.web)
            return
        for _ in range(MOST_REDIRECTS + 1):
            if at is None:
                return
            document = await self.orderer.web.fetch_document(at.url, at.method.value, self._params())
            at = await self._perform(document, at.url, to)
        raise DocumentError(f"The announcement is redirected more than {MOST_REDIRECTS} times.")

    async def _perform(self, document: Document, url: str, to: Sequence[Sink]) -> GoTo | None:
        """Let it be heard; gives the document that it goes on with, None at its end."""
        for verb in document.verbs:
            match verb:
                case Say():
                    await self._say(verb, to)
                case Play() if verb.url:
                    for _ in range(verb.loop or 1):
                        await self.speaker.play_url(urljoin(url, verb.url), to, self.orderer.web)
                case Pause():
                    await self.clock.sleep(verb.length)
                case Redirect():
                    return GoTo(urljoin(url, verb.url), verb.method)
                case _:
                    name = type(verb).__name__
                    raise DocumentError(f"An announcement has Say, Play, Pause and Redirect, and no {name}.")
        return None

    async def _say(self, say: Say, to: Sequence[Sink]) -> None:
        speech = say.speech(spoken_for(say.asked, self.orderer.session.call.language))
        for _ in range(say.loop or 1) if say.text else ():
            await self.speaker.say(speech, to)

    def _params(self) -> dict[str, str]:
        call = self.orderer.session.call
        return {
            "AccountSid": call.account_id,
            "CallSid": call.id,
            "ConferenceSid": self.orderer.participant.conference_id,
        }
