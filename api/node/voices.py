"""The voices of each language, as the settings and the data folder have it, without what speaking needs."""

from config.settings import Settings
from config.speech_server import SpeechServerSettings
from engine.errors import SetupError, UnknownLanguage
from engine.model.languages import canonical_language
from tts.added_voices.added import with_added
from tts.added_voices.folder import AddedVoices
from tts.added_voices.mbrola import MbrolaSwitch
from tts.choosing import voice_table
from tts.voices import VoiceTable


def chosen_voices(settings: Settings) -> VoiceTable:
    """Raises SetupError for a wrong setting."""
    engines, models = with_added(added_voices(settings).paths(), settings.tts_engines, settings.tts_piper_voices)
    voices = {language: each.voice for language, each in servers_by_language(settings).items()}
    return voice_table(engines, models, voices, mbrola=mbrola_switch(settings).is_on())


def servers_by_language(settings: Settings) -> dict[str, SpeechServerSettings]:
    """Speech servers by canonical language. Raises SetupError for one that is none of ours."""
    try:
        return {canonical_language(tag): each for tag, each in settings.tts_servers.items()}
    except UnknownLanguage as error:
        raise SetupError(f"TELEFOON_TTS_SERVERS: {error}") from error


def added_voices(settings: Settings) -> AddedVoices:
    """The voices that `telefoon voices add` has added."""
    return AddedVoices(settings.data_dir / "voices")


def mbrola_switch(settings: Settings) -> MbrolaSwitch:
    """Whether `telefoon voices enable mbrola` was given."""
    return MbrolaSwitch(settings.data_dir / "voices")
