"""Says and plays what somebody outside a conference orders: to all who are in it, or to one of them alone."""

from collections.abc import Awaitable, Callable
from functools import partial

from engine.flow.next_step import GoTo
from engine.live.conference.announced_document import AnnouncedDocument
from engine.live.conference.announcements import Announcements, Sounding
from engine.live.conference.member import Member
from engine.live.conference.own_hold_music import OwnHoldMusic
from engine.live.speaker import Speaker
from engine.ports import Clock, Speech

Announced = Callable[[str | None, str | None], Awaitable[None]]
"""Is given the URL of what was for all, None for words, and why it failed, None when all was heard."""


class SpokenMessages:
    """Speaks into one conference."""

    def __init__(self, speaker: Speaker, clock: Clock, announcements: Announcements, announced: Announced) -> None:
        self._speaker = speaker
        self._clock = clock
        self._announcements = announcements
        self._announced = announced

    def say_to_all(self, speech: Speech) -> None:
        """Say something behind what waits to be said."""
        self._announcements.begin(partial(self._speaker.say, speech), on_end=partial(self._announced, None))

    def play_to_all(self, url: str, orderer: Member) -> None:
        """Play a file behind what waits; it is fetched as this member's flow would."""
        self._announcements.begin(self._file(url, orderer), on_end=partial(self._announced, url))

    def announce_to_all(self, at: GoTo, orderer: Member) -> None:
        """Let all hear a document behind what waits; it is fetched as this member's flow would be."""
        self._announcements.begin(self._document(at, orderer), on_end=partial(self._announced, at.url))

    def say_to(self, member: Member, speech: Speech) -> None:
        """Say something that this one alone hears."""
        self._to_one(member, partial(self._speaker.say, speech))

    def play_to(self, member: Member, url: str) -> None:
        """Play a file that this one alone hears."""
        self._to_one(member, self._file(url, member))

    def announce_to(self, member: Member, at: GoTo) -> None:
        """Let this one alone hear a document."""
        self._to_one(member, self._document(at, member))

    def hold_music(self, member: Member, at: GoTo) -> OwnHoldMusic:
        """What this one hears on hold by a document."""
        return OwnHoldMusic(AnnouncedDocument(at, member, self._speaker, self._clock))

    def _document(self, at: GoTo, orderer: Member) -> Sounding:
        return AnnouncedDocument(at, orderer, self._speaker, self._clock).sound

    def _file(self, url: str, member: Member) -> Sounding:
        return lambda to: self._speaker.play_url(url, to, member.web)

    def _to_one(self, member: Member, sound: Sounding) -> None:
        async def ended(failure: str | None) -> None:
            if failure is not None:
                member.session.journal.note_event("prompt_failed", reason=failure)

        member.private.begin(sound, on_end=ended)
