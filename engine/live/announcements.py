"""What is said to everybody in a conference, beside what they say."""

import structlog

from engine.errors import MediaError, SpeechError
from engine.live.speaker import Speaker
from engine.ports import MixedRoom, Speech
from engine.tasks import Beside

log = structlog.get_logger(__name__)


class Announcements:
    """Of one room; those under way end with it."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._beside = Beside()

    def say(self, speech: Speech, mix: MixedRoom) -> None:
        """Begin to; a text that can't be spoken is left out."""
        self._beside.begin(self._say(speech, mix))

    async def close(self) -> None:
        """End all."""
        await self._beside.close()

    async def _say(self, speech: Speech, mix: MixedRoom) -> None:
        try:
            await self._speaker.say(speech, [mix.sink])
        except (SpeechError, MediaError) as error:
            log.warning("announcement_failed", reason=str(error))
