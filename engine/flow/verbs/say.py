"""<Say>: speak a text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from engine.errors import MediaError, SpeechError, UnknownVoice
from engine.flow.attribute_types import THE_CALLS, Language, Whole
from engine.flow.cloud_voices import is_cloud_voice, language_of
from engine.flow.execution_context import ExecutionContext
from engine.flow.markup import MARKUP, canonical, is_ssml
from engine.flow.next_step import Continue
from engine.flow.patterns import TEXT
from engine.flow.shape import attribute, content
from engine.model.languages import SpokenLanguage, spoken_for
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
    loop: int = attribute(Whole(0, 1000, least_is_endless=True), default=1, help="How often; 0 is until the call ends")

    DIFFERS: ClassVar = {
        "language": "the call's where it is left out; one that is not spoken here, by its neighbour or as the call's.",
        "voice": "a cloud's voice stands for the language that it speaks, an unknown one for the language's own voice.",
    }

    def __post_init__(self) -> None:
        if is_ssml(self.text):
            object.__setattr__(self, "text", canonical(self.text))

    @property
    def asked(self) -> str | None:
        """The language that is asked for, which may be none of ours; None for the call's."""
        return self.language or language_of(self.voice or "")

    def differences(self) -> Iterator[tuple[str, str]]:
        """What a cloud's flow should know of it."""
        if self.voice and is_cloud_voice(self.voice):
            spoken = spoken_for(self.asked, THE_CALLS)
            yield "voice", f"'{self.voice}' is spoken by the voice of Telefoon for {spoken.language}."
            if spoken.remark and not self.language:
                yield "voice", spoken.remark

    async def run(self, context: ExecutionContext) -> Continue:
        if self.text:
            speech = self.speech(await context.spoken(self.asked))
            for _ in context.pace.rounds(self.loop):
                try:
                    speech = await _said(speech, context)
                except (SpeechError, MediaError) as error:
                    await context.stage.note("prompt_failed", text=self.text, reason=str(error))
        return Continue()

    def speech(self, spoken: SpokenLanguage) -> Speech:
        """What is asked of the speech engine. A voice speaks its own language only, so another has its own voice."""
        voice = None if not self.voice or is_cloud_voice(self.voice) or spoken.remark else self.voice
        return Speech(self.text, spoken.language, voice, ssml=is_ssml(self.text))


async def _said(speech: Speech, context: ExecutionContext) -> Speech:
    """What was said: by the language's own voice, where there is none by the name that is asked for."""
    try:
        await context.stage.say(speech)
    except UnknownVoice as error:
        await context.stage.note("spoken_otherwise", language=speech.language, reason=str(error))
        speech = replace(speech, voice=None)
        await context.stage.say(speech)
    return speech
