"""Proofreading of a flow's words, for `telefoon flow check` and `telefoon simulate`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.errors import SpeechError, UnknownVoice
from engine.flow.verbs.conversation_relay import ConversationRelay
from engine.flow.verbs.say import Say
from engine.model.languages import spoken_for
from engine.ports import Speech

if TYPE_CHECKING:
    from tts.proofreading import Proofreader

_ANY: Final = "en-GB"
"""For words without a language of their own, which are spoken in the call's."""


def proofreader() -> "Proofreader":
    """A proofreader with the voices that the settings name. Raises SetupError."""
    from api.node.voices import chosen_voices
    from config.settings import load
    from tts.proofreading import Proofreader

    return Proofreader(chosen_voices(load()))


class VerbProofreader:
    """Finds what can't be spoken in the words of a flow's verbs (engine.flow.diagnostics.Proofread)."""

    def __init__(self, reader: "Proofreader") -> None:
        self._reader = reader

    def __call__(self, verb: object) -> Iterator[tuple[str, str]]:
        speech = _spoken(verb)
        if speech is None:
            return
        try:
            notes = self._notes(speech)
        except UnknownVoice as unknown:
            yield "voice", f"{unknown} It is spoken by the language's own."
            notes = self._notes(replace(speech, voice=None))
        yield from (("", note) for note in notes)

    def _notes(self, speech: Speech) -> tuple[str, ...]:
        """What the reader notes. Raises UnknownVoice, and ValueError where nothing would be heard."""
        try:
            return self._reader.notes(speech)
        except UnknownVoice:
            raise
        except SpeechError as error:
            raise ValueError(str(error)) from None


def _spoken(verb: object) -> Speech | None:
    """What a verb or noun has spoken, in the words of its own; None for one that has nothing spoken."""
    match verb:
        case Say() if verb.text:
            speech = verb.speech(spoken_for(verb.asked, _ANY))
            # Which voices there are depends on the call's language.
            return speech if verb.language is not None else replace(speech, voice=None)
        case ConversationRelay() if verb.welcome_greeting:
            return verb.welcome(spoken_for(verb.spoken_language, _ANY))
        case _:
            return None
