"""Chooses who speaks each language, by the settings and by what is installed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from engine.errors import SetupError, SpeechError, UnknownLanguage
from engine.model.languages import canonical_language
from tts.installed import installed_voices
from tts.voices import EngineName, VoiceTable


def voice_table(
    engines: Mapping[str, Sequence[str]] = MappingProxyType({}),
    piper_voices: Mapping[str, Path] = MappingProxyType({}),
    server_voices: Mapping[str, str] = MappingProxyType({}),
    *,
    mbrola: bool = False,
) -> VoiceTable:
    """Make the table of voices of `engines` in order, files and servers' voices by language, and MBROLA or not.

    Raises SetupError for a language or an engine that there is not, and for an engine without a voice.
    """
    if empty := [tag for tag, names in engines.items() if not names]:
        raise SetupError(f"tts_engines names no engine for {', '.join(empty)}.")
    try:
        orders = {
            canonical_language(tag): tuple(_engine(tag, name) for name in names) for tag, names in engines.items()
        }
        models = {canonical_language(tag): path for tag, path in piper_voices.items()}
        table = VoiceTable(orders, models, server_voices, installed_voices(with_mbrola=mbrola))
        for tag in orders:
            table.voices(tag, None)
    except (UnknownLanguage, SpeechError) as error:
        raise SetupError(f"tts_engines or tts_piper_voices can't be followed: {error}") from error
    return table


def _engine(tag: str, name: str) -> EngineName:
    try:
        return EngineName(name)
    except ValueError as error:
        raise SetupError(f"tts_engines names '{name}' for {tag}. Allowed are {', '.join(EngineName)}.") from error
