"""<Play>: play an audio file, or send keys."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import MediaError, WebhookError
from engine.flow.attribute_types import Whole
from engine.flow.execution_context import ExecutionContext
from engine.flow.keys import press
from engine.flow.next_step import Continue
from engine.flow.patterns import TONES, WEB_ADDRESS
from engine.flow.shape import attribute, content


@dataclass(frozen=True, slots=True)
class Play:
    """Play the file at the URL `loop` times, or send `digits` to the far end."""

    url: str = content(WEB_ADDRESS, default="", help="Where the file is: WAV, MP3, FLAC or Ogg")
    loop: int = attribute(Whole(0, 1000, least_is_endless=True), default=1, help="How often; 0 is until the call ends")
    digits: str = attribute(TONES, default="", help="Keys to send; w is half a second of silence, W a second")

    DIFFERS: ClassVar = {
        "": "WAV, MP3, FLAC and Ogg are played; a file of another kind is noted on the call and left out."
    }

    def __post_init__(self) -> None:
        if not self.url and not self.digits:
            raise ValueError("write the file's URL, or 'digits'.")

    async def run(self, context: ExecutionContext) -> Continue:
        if self.digits:
            await press(context.stage, self.digits)
        elif self.url:
            await self._play(context)
        return Continue()

    async def _play(self, context: ExecutionContext) -> None:
        url = context.absolute(self.url)
        try:
            await context.stage.play(url, context.pace.rounds(self.loop))
        except (MediaError, WebhookError) as error:
            await context.stage.note("prompt_failed", url=url, reason=str(error))
