"""Names of cloud voices stand for the language that they speak."""

import pytest

from engine.flow.cloud_voices import is_cloud_voice, language_of


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
        ("Polly.Nicole", "en-AU"),
        ("Polly.Inês", "pt-PT"),
        ("Polly.Dóra", "is-IS"),
        ("Polly.Zeina", "arb"),
        ("Polly.Mizuki", "ja-JP"),
        ("Google.fr-BE-Wavenet-A", "fr-BE"),
        ("Google.nl-NL-Chirp3-HD-Kore", "nl-NL"),
        ("Google.fr-CA-Standard-B", "fr-CA"),
        ("Azure.de-CH-LeniNeural", "de-CH"),
        ("pl-PL-Wavenet-A", "pl-PL"),
        ("pl-PL-ZofiaNeural", "pl-PL"),
        ("alice", None),
        ("man", None),
        ("ElevenLabs.21m00Tcm4TlvDq8ikWAM", None),
        ("gmw/nl+f2", None),
    ],
)
def test_the_language_of_a_voice(voice: str, language: str | None) -> None:
    assert language_of(voice) == language


def test_our_own_voices_are_none_of_a_cloud() -> None:
    assert not is_cloud_voice("gmw/nl+f2")
    assert not is_cloud_voice("fr-FR")
    assert is_cloud_voice("woman")
    assert is_cloud_voice("pl-PL-ZofiaNeural")
