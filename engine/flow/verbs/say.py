"""<Say>: speak a text."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.cloud_voices import is_cloud_voice, language_of
from engine.errors import MediaError, SpeechError, UnknownLanguage
from engine.flow.kinds import Language, Whole
from engine.flow.markup import MARKUP, canonical, is_ssml
from engine.flow.next_step import Continue
from engine.flow.patterns import TEXT
from engine.flow.scene import Scene
from engine.flow.shape import attribute, content
from engine.ports import Speech


@dataclass(frozen=True, slots=True)
class Say:
    """Speak the text `loop` times: in `language`, else in the one that `voice` speaks, else in the call's."""

    text: str = content(
        TEXT, default="", help="What to say; may begin with <speak> and be SSML", markup=frozenset(MARKUP)
    )
    language: str | None = attribute(Language(), help="The text's language; the voice's or the call's if left out")
    voice: str | None = attribute(
        TEXT, help="A voice of speech.md, such as gmw/nl+f2; one of a cloud stands for the language that it speaks"
    )
    loop: int = attribute(Whole(0, 1000), default=1, help="How often; 0 is until the call ends")

    def __post_init__(self) -> None:
        if is_ssml(self.text):
            object.__setattr__(self, "text", canonical(self.text))
        if self.language is None:
            try:
                language_of(self.voice or "")
            except UnknownLanguage:
                raise ValueError(
                    f"'voice' is {self.voice!r}, which speaks a language that we do not. Set 'language' to one of ours."
                ) from None

    def differences(self) -> Iterator[tuple[str, str]]:
        """What a cloud's flow should know of it."""
        if self.voice and is_cloud_voice(self.voice):
            spoken = self.language or language_of(self.voice) or "the call's language"
            yield "voice", f"'{self.voice}' is spoken by the voice of Telefoon for {spoken}."

    async def run(self, scene: Scene) -> Continue:
        if self.text:
            speech = self.speech(scene.stage.language)
            for _ in scene.pace.rounds(self.loop):
                try:
                    await scene.stage.say(speech)
                except (SpeechError, MediaError) as error:
                    await scene.stage.note("prompt_failed", text=self.text, reason=str(error))
        return Continue()

    def speech(self, language_of_call: str) -> Speech:
        """What is asked of the speech engine."""
        voice = self.voice or ""
        language = self.language or language_of(voice) or language_of_call
        return Speech(
            self.text, language, None if not voice or is_cloud_voice(voice) else voice, ssml=is_ssml(self.text)
        )
