"""Names of cloud voices stand for the language that they speak."""

import pytest

from engine.cloud_voices import is_cloud_voice, language_of
from engine.errors import UnknownLanguage
from engine.languages import nearest_language


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("Polly.Lotte", "nl-NL"),
        ("Polly.Lisa-Neural", "nl-BE"),
        ("Polly.Céline", "fr-FR"),
        ("Polly.Isabelle-Neural", "fr-BE"),
        ("polly.vicki", "de-DE"),
        ("Polly.Hannah-Neural", "de-AT"),
        ("Polly.Joanna-Generative", "en-US"),
        ("Polly.Nicole", "en-GB"),
        ("Google.fr-BE-Wavenet-A", "fr-BE"),
        ("Google.nl-NL-Chirp3-HD-Kore", "nl-NL"),
        ("Google.fr-CA-Standard-B", "fr-FR"),
        ("Azure.de-CH-LeniNeural", "de-CH"),
        ("alice", None),
        ("man", None),
        ("ElevenLabs.21m00Tcm4TlvDq8ikWAM", None),
        ("gmw/nl+f2", None),
    ],
)
def test_the_language_of_a_voice(voice: str, language: str | None) -> None:
    assert language_of(voice) == language


@pytest.mark.parametrize("voice", ["Polly.Mizuki", "Google.es-ES-Wavenet-B"])
def test_a_language_that_we_do_not_speak_is_told(voice: str) -> None:
    with pytest.raises(UnknownLanguage):
        language_of(voice)


def test_our_own_voices_are_none_of_a_cloud() -> None:
    assert not is_cloud_voice("gmw/nl+f2")
    assert is_cloud_voice("woman")


@pytest.mark.parametrize(
    ("tag", "nearest"), [("en-AU", "en-GB"), ("fr_ca", "fr-FR"), ("de-LI", "de-DE"), ("nl", "nl-NL")]
)
def test_another_region_is_spoken_as_the_language(tag: str, nearest: str) -> None:
    assert nearest_language(tag) == nearest
