"""<Play>: play an audio file, or send keys."""

import re
from dataclasses import dataclass
from typing import Final

from engine.errors import MediaError, SipError, WebhookError
from engine.flow.document import Continue
from engine.flow.kinds import TONES, WEB_ADDRESS, Whole
from engine.flow.scene import Scene
from engine.flow.shape import attribute, content

_PAUSE_S: Final = {"w": 0.5, "W": 1.0}
_RUN: Final = re.compile(r"[wW]|[^wW]+")


@dataclass(frozen=True, slots=True)
class Play:
    """Play the file at the URL `loop` times, or send `digits` to the far end."""

    url: str = content(WEB_ADDRESS, default="", help="Where the file is: WAV, MP3, FLAC or Ogg")
    loop: int = attribute(Whole(0, 1000), default=1, help="How often; 0 is until the call ends")
    digits: str = attribute(TONES, default="", help="Keys to send; w is half a second of silence, W a second")

    def __post_init__(self) -> None:
        if not self.url and not self.digits:
            raise ValueError("write the file's URL, or 'digits'.")

    async def run(self, scene: Scene) -> Continue:
        if self.digits:
            await self._press(scene)
        elif self.url:
            await self._play(scene)
        return Continue()

    async def _play(self, scene: Scene) -> None:
        url = scene.absolute(self.url)
        for _ in scene.pace.rounds(self.loop):
            try:
                await scene.stage.play(url)
            except (MediaError, WebhookError) as error:
                await scene.stage.note("prompt_failed", url=url, reason=str(error))
                return

    async def _press(self, scene: Scene) -> None:
        for run in _RUN.findall(self.digits):
            if run in _PAUSE_S:
                await scene.stage.pause(_PAUSE_S[run])
                continue
            try:
                await scene.stage.send_digits(run)
            except SipError as error:
                await scene.stage.note("digits_not_sent", reason=str(error))
                return
