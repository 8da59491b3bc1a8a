"""<ConversationRelay> of <Connect>: the far end converses with a program that reads and writes text."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from engine.flow.attribute_types import THE_CALLS, Choice, Flag, Language, WholeOr, Words
from engine.flow.cloud_voices import is_cloud_voice, language_of
from engine.flow.execution_context import ExecutionContext
from engine.flow.patterns import PROGRAM_ADDRESS, TEXT
from engine.flow.program_plans import AgentLanguage, AgentPlan, InterruptedBy, Sensitivity
from engine.flow.shape import attribute, nested
from engine.flow.verbs.stream import ProgramParameter, address_remarks, require_address, told
from engine.model.languages import SpokenLanguage, spoken_for
from engine.ports import Speech


class DebugNotice(StrEnum):
    """The notices about a conversation that a program may ask for."""

    DEBUGGING = "debugging"
    SPEAKERS = "speaker-events"
    TOKENS = "tokens-played"


class EventNotice(StrEnum):
    """The notices that `events` may ask for."""

    SPEAKERS = "speaker-events"
    TOKENS = "tokens-played"


class PromptDetail(StrEnum):
    """What a prompt may tell beside what was said."""

    TURN_STATE = "turn-state"
    SEGMENTS = "prompt-segments"


_INTERRUPTIONS: Final = Choice(InterruptedBy, yes=InterruptedBy.ANYTHING, no=InterruptedBy.NOTHING)
_ONE_RECOGNIZER: Final = "speech is understood by the node's own recognizer."
_ONE_VOICE: Final = "a text is spoken as it is written, by a voice of the node."
_SILENCE_ENDS: Final = "silence ends what a person says: see speechTimeout."
_AS_UNDERSTOOD: Final = "what was said is told as it was understood."
_FIND_OUT: Final = "multi"
_MS: Final = 1000
_OF_READING: Final = {
    "asrSmartFormat": _AS_UNDERSTOOD,
    "speechModel": "the recognizer has one model.",
    "transcriptionProvider": _ONE_RECOGNIZER,
    "ttsLanguageTextNormalization": _ONE_VOICE,
    "ttsTextNormalization": _ONE_VOICE,
}
_VOICES: Final = "a cloud's voice stands for the language that it speaks, an unknown one for the language's own voice."


def words(hints: str) -> tuple[str, ...]:
    """Words and phrases to expect, which commas divide."""
    return tuple(hint.strip() for hint in hints.split(",") if hint.strip())


def of_cloud(provider: str, voice: str) -> str:
    """A voice as flows name it: with its provider, if one is named, as in Amazon.Joanna."""
    return f"{provider}.{voice}" if provider and voice and not is_cloud_voice(voice) else voice


def own_voice(provider: str, voice: str) -> str | None:
    """A voice of ours; None for one of a cloud, and where none is named."""
    return None if not voice or provider or is_cloud_voice(voice) else voice


@dataclass(frozen=True, slots=True)
class RelayLanguage:
    """What holds while a language is spoken and understood."""

    ELEMENT: ClassVar = "Language"

    code: str | None = attribute(Language(), help="The language")
    voice: str = attribute(TEXT, default="", help="Its voice, as in Say")
    tts_provider: str = attribute(TEXT, default="", help="Whose voice that is: a cloud's; a voice of ours if left out")
    hints: str = attribute(TEXT, default="", help="Words and phrases to expect, commas between")

    IGNORED: ClassVar = _OF_READING
    DIFFERS: ClassVar = {"voice": _VOICES}

    def __post_init__(self) -> None:
        if not self.code:
            raise ValueError("write its 'code', such as nl-BE.")

    async def plan(self, context: ExecutionContext) -> AgentLanguage:
        """The language as it is spoken here."""
        spoken = await context.spoken(self.code)
        return AgentLanguage(spoken.language, own_voice(self.tts_provider, self.voice), words(self.hints))


@dataclass(frozen=True, slots=True)
class ConversationRelay:
    """A conversation with the program at `url`, which is told what the far end says, and whose text is spoken."""

    url: str = attribute(PROGRAM_ADDRESS, default="", help="Where the program is")
    language: str | None = attribute(Language(), help="What is spoken and understood; the voice's or the call's else")
    tts_language: str | None = attribute(Language(), help="What is spoken, in place of language")
    transcription_language: str | None = attribute(Language(), help="What is understood, in place of language")
    voice: str = attribute(TEXT, default="", help="The voice, as in Say")
    tts_provider: str = attribute(TEXT, default="", help="Whose voice that is: a cloud's; a voice of ours if left out")
    welcome_greeting: str = attribute(TEXT, default="", help="What is said first")
    welcome_greeting_interruptible: InterruptedBy = attribute(
        _INTERRUPTIONS, default=InterruptedBy.ANYTHING, help="What stops the greeting; true is any, false none"
    )
    interruptible: InterruptedBy = attribute(
        _INTERRUPTIONS, default=InterruptedBy.ANYTHING, help="What stops what is spoken; true is any, false none"
    )
    interrupt_sensitivity: Sensitivity = attribute(
        Choice(Sensitivity), default=Sensitivity.HIGH, help="How easily speech counts as an interruption"
    )
    report_input_during_agent_speech: InterruptedBy = attribute(
        _INTERRUPTIONS, default=InterruptedBy.NOTHING, help="What is told of the far end while the program is heard"
    )
    preemptible: bool = attribute(Flag(), default=False, help="Whether a new text takes the place of one being spoken")
    dtmf_detection: bool = attribute(Flag(), default=False, help="Whether the program is told of keys")
    partial_prompts: bool = attribute(Flag(), default=False, help="Whether it is told what is said while it is said")
    partial_prompt_on_hangup: bool = attribute(
        Flag(), default=False, help="Whether it is told what was being said when the far end hung up"
    )
    ignore_backchannel: bool = attribute(
        Flag(), default=False, help="Whether a short yes or hm does not stop what is spoken"
    )
    echo_prompt_filtering: bool = attribute(
        Flag(), default=True, help="Whether its own voice that comes back on the line is not taken for the far end's"
    )
    speech_timeout: int | None = attribute(
        WholeOr(100, 60000, "auto"), help="Milliseconds of silence that end what is said; auto, the default, is short"
    )
    hints: str = attribute(TEXT, default="", help="Words and phrases to expect, commas between")
    debug: tuple[DebugNotice, ...] = attribute(Words(DebugNotice), default=(), help="Notices that it is told of")
    events: tuple[EventNotice, ...] = attribute(Words(EventNotice), default=(), help="Notices that it is told of")
    include_in_prompt: tuple[PromptDetail, ...] = attribute(
        Words(PromptDetail), default=(), help="What prompts tell too: turn-state is agentSpeaking, true or false"
    )
    application_reconnect: bool = attribute(
        Flag(), default=False, help="Whether the conversation goes on with a new connection where one is lost"
    )
    languages: tuple[RelayLanguage, ...] = nested(RelayLanguage, help="What holds in a language")
    parameters: tuple[ProgramParameter, ...] = nested(ProgramParameter, help="What to tell the program at the start")

    IGNORED: ClassVar = _OF_READING | {
        "backgroundNoiseReduction": "the recognizer hears the line as it is.",
        "conversationConfiguration": "it names a configuration in a cloud's console.",
        "customerName": "the program is told it by a Parameter.",
        "deepgramSmartFormat": _AS_UNDERSTOOD,
        "eagerEotThreshold": _SILENCE_ENDS,
        "elevenlabsLanguageTextNormalization": _ONE_VOICE,
        "elevenlabsTextNormalization": _ONE_VOICE,
        "eotThreshold": _SILENCE_ENDS,
        "intelligenceService": "it names a service in a cloud's console.",
        "profanityFilter": _AS_UNDERSTOOD,
        "turnDetection": _SILENCE_ENDS,
    }
    DIFFERS: ClassVar = {
        "": "the far end hears first that a program speaks, and for whom; nothing is understood without consent.",
        "includeInPrompt": "turn-state alone has an effect: what was said is told as one text, not in segments.",
        "language": "the call's where it is left out.",
        "transcriptionLanguage": "nobody here finds out which is spoken: with multi, language holds, or the call's.",
        "ttsProvider": "the voices are those of the node.",
        "url": "wss; ws to hosts alone that the operator allows. A query string is refused: use Parameter.",
        "voice": _VOICES,
    }

    def __post_init__(self) -> None:
        require_address(self.url)

    @property
    def spoken_language(self) -> str | None:
        """What is to be spoken, which may be none of ours; None for the call's language."""
        return _named(self.tts_language, self.language, language_of(of_cloud(self.tts_provider, self.voice)))

    def differences(self) -> Iterator[tuple[str, str]]:
        """What a cloud's flow should know of it."""
        yield from address_remarks(self.url)
        if PromptDetail.SEGMENTS in self.include_in_prompt:
            yield "includeInPrompt", "prompt-segments has no effect: what was said is told as one text."
        if self.voice and own_voice(self.tts_provider, self.voice) is None:
            spoken = spoken_for(self.spoken_language, THE_CALLS).language
            yield "voice", f"'{self.voice}' is spoken by the voice of Telefoon for {spoken}."

    def welcome(self, spoken: SpokenLanguage) -> Speech:
        """What is said first, in a language of ours."""
        voice = own_voice(self.tts_provider, self.voice) if self.spoken_language and not spoken.remark else None
        return Speech(self.welcome_greeting, spoken.language, voice)

    async def plan(self, context: ExecutionContext) -> AgentPlan:
        """The conversation as a value. Raises FlowFailed."""
        return AgentPlan(
            context.program_address(self.url),
            spoken=await self._of_ours(self.spoken_language, context),
            understood=await self._of_ours(_named(self.transcription_language, self.language), context),
            voice=own_voice(self.tts_provider, self.voice),
            languages=tuple([await each.plan(context) for each in self.languages]),
            hints=words(self.hints),
            parameters=told(self.parameters),
            welcome=self.welcome_greeting,
            welcome_interruptible=self.welcome_greeting_interruptible,
            interruptible=self.interruptible,
            sensitivity=self.interrupt_sensitivity,
            reports_while_speaking=self.report_input_during_agent_speech,
            preemptible=self.preemptible,
            tells_keys=self.dtmf_detection,
            partial_prompts=self.partial_prompts,
            partial_prompt_on_hangup=self.partial_prompt_on_hangup,
            ignores_backchannel=self.ignore_backchannel,
            filters_echo=self.echo_prompt_filtering,
            end_silence_s=None if self.speech_timeout is None else self.speech_timeout / _MS,
            debug=frozenset(notice.value for notice in (*self.debug, *self.events)),
            reconnects=self.application_reconnect,
            tells_turn_state=PromptDetail.TURN_STATE in self.include_in_prompt,
        )

    async def _of_ours(self, tag: str | None, context: ExecutionContext) -> str | None:
        """The language of ours for one that the flow names, of which another is noted; None for the call's."""
        return (await context.spoken(tag)).language if tag else None


def _named(*tags: str | None) -> str | None:
    """The first language that is named, and is not to be found out."""
    return next((tag for tag in tags if tag and tag.lower() != _FIND_OUT), None)
