"""<Say>: speak a text."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.errors import MediaError, SpeechError
from engine.flow.document import Continue
from engine.flow.kinds import TEXT, Language, Whole
from engine.flow.scene import Scene
from engine.flow.shape import attribute, content
from engine.ports import Speech

MARKUP: Final = frozenset({"break", "emphasis", "lang", "p", "prosody", "s", "say-as", "sub", "w"})
"""Elements of SSML 1.1 that may stand in the text."""

_SPEAK: Final = "<speak>"
# The field's names for voices of its clouds. We have none of them; the language decides.
_FOREIGN_VOICE: Final = re.compile(
    r"(man|woman|alice|default|(Polly|Google|Amazon|Azure|ElevenLabs)[.-].*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Say:
    """Speak the text `loop` times, in the call's language unless another is named."""

    text: str = content(TEXT, default="", help="What to say; may begin with <speak> and be SSML", markup=MARKUP)
    language: str | None = attribute(Language(), help="The text's language; the call's if left out")
    voice: str | None = attribute(TEXT, help="A voice of the speech engine; voices of clouds are ignored")
    loop: int = attribute(Whole(0, 1000), default=1, help="How often; 0 is until the call ends")

    IGNORED: ClassVar = ()

    async def run(self, scene: Scene) -> Continue:
        if self.text:
            speech = self._speech(scene.stage.language)
            for _ in scene.pace.rounds(self.loop):
                try:
                    await scene.stage.say(speech)
                except (SpeechError, MediaError) as error:
                    await scene.stage.note("prompt_failed", text=self.text, reason=str(error))
        return Continue()

    def _speech(self, language_of_call: str) -> Speech:
        voice = self.voice if self.voice and not _FOREIGN_VOICE.fullmatch(self.voice) else None
        return Speech(self.text, self.language or language_of_call, voice, ssml=self.text.startswith(_SPEAK))
