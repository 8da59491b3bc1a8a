"""Announcements that somebody comes or goes: a tone, a sound of its own, a name, a sentence."""

from functools import partial
from typing import Final

from engine.flow.plans import Beep
from engine.live.conference.admission import language_for
from engine.live.conference.announcements import Announcements, Sounding
from engine.live.conference.member import Member
from engine.live.phrases import Phrase
from engine.live.speaker import Speaker
from engine.model.conference import Conference
from engine.model.conference_options import Announces

_ON_ENTRY: Final = frozenset({Beep.BOTH, Beep.ON_ENTER})
_ON_EXIT: Final = frozenset({Beep.BOTH, Beep.ON_EXIT})


class JoinLeaveAnnouncements:
    """Tells those in a conference who comes and goes, by tone and name; of many at once, the last are left out."""

    def __init__(self, speaker: Speaker, announcements: Announcements) -> None:
        self._speaker = speaker
        self._announcements = announcements

    def came(self, conference: Conference, member: Member) -> None:
        """Everybody hears that somebody is there."""
        sounds = self._tone(conference.options.enter_sound, member) if member.plan.beep in _ON_ENTRY else []
        sounds += self._words(conference, member, Phrase.HAS_JOINED, Phrase.SOMEBODY_JOINED)
        if sounds and not self._announcements.crowded:
            self._announcements.begin(*sounds)

    def went(self, conference: Conference, member: Member) -> None:
        """Everybody hears that somebody has left; its name is forgotten after that."""
        sounds = self._tone(conference.options.exit_sound, member) if member.plan.beep in _ON_EXIT else []
        sounds += self._words(conference, member, Phrase.HAS_LEFT, Phrase.SOMEBODY_LEFT)

        async def forget(_: str | None = None) -> None:
            if member.name is not None:
                await member.name.forget()

        if self._announcements.crowded:
            sounds = []
        self._announcements.begin(*sounds, on_end=forget)

    def _tone(self, own: str | None, member: Member) -> list[Sounding]:
        if own is None:
            return [self._speaker.beep]
        return [lambda to: self._speaker.play_url(own, to, member.web)]

    def _words(self, conference: Conference, member: Member, with_name: Phrase, without: Phrase) -> list[Sounding]:
        language = language_for(conference, member.session)
        match conference.options.announce, member.name:
            case Announces.NOTHING, _:
                return []
            case _, None:
                return [partial(self._speaker.say, without.in_language(language))]
            case _, name:
                return [
                    partial(self._speaker.play_file, name.wav),
                    partial(self._speaker.say, with_name.in_language(language)),
                ]
