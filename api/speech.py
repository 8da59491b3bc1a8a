"""Speech, and its recognition, as the settings describe them."""

from config.settings import Settings
from tts.cache import PromptCache
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService


def speech_service(settings: Settings) -> SpeechService:
    """Not started yet. Raises SetupError for a wrong setting."""
    return SpeechService.create(
        PromptCache(settings.data_dir / "prompts-cache"),
        engines=settings.tts_engines,
        piper_voices=settings.tts_piper_voices,
        workers=settings.tts_workers,
        espeak=settings.tts_espeak,
    )


def recognizer(settings: Settings) -> WhisperRecognizer | None:
    """Not started yet; None where the settings want no recognition."""
    if settings.recognizer == "none":
        return None
    return WhisperRecognizer(settings.data_dir / "recognizer-scratch")
