"""The reader of a speech request: text or SSML, as a script."""

from collections.abc import Callable

from engine.ports import Speech
from tts.script import Script, of_plain_text
from tts.spoken.plain import as_said
from tts.ssml import of_ssml
from tts.text import checked


def read_speech(speech: Speech, language: str, note: Callable[[str], None] | None = None) -> Script:
    """The script of a text or of SSML, in a language of ours. Raises SpeechError."""
    if not speech.ssml:
        return of_plain_text(as_said(checked(speech.text), language), language, speech.voice)
    if note is None:
        return of_ssml(speech.text, language, speech.voice)
    return of_ssml(speech.text, language, speech.voice, note)
