"""Whether what a flow says can be spoken, found out without speaking it."""

from dataclasses import dataclass, field

from engine.model.languages import nearest_language
from engine.ports import Speech
from tts.reading import read_speech
from tts.script import ScriptUtterance
from tts.voices import VoiceTable


@dataclass(frozen=True, slots=True)
class Proofreader:
    """Reads as the speech engines' reader does. `voices` are the operator's."""

    voices: VoiceTable = field(default_factory=lambda: VoiceTable({}, {}))

    def notes(self, speech: Speech) -> tuple[str, ...]:
        """Sentences about what is left out or spoken otherwise. Raises SpeechError where nothing would be heard."""
        found: list[str] = []
        for part in read_speech(speech, nearest_language(speech.language), found.append):
            if isinstance(part, ScriptUtterance):
                self.voices.voices(part.language, part.voice)
        return tuple(dict.fromkeys(found))

    def measure(self, speech: Speech) -> None:
        """Proofread a text for a simulation; how long it takes to speak is not known. Raises SpeechError."""
        self.notes(speech)
