"""Dates, times, numbers and amounts in a sentence are said right: a recogniser reads them after G.711.

Dutch is read where MBROLA is installed.
"""

import re

import pytest

from engine.ports import Speech
from tests.peers.judge import read_by
from tts.recognition.recognizer import WhisperRecognizer
from tts.synthesizer import SpeechService

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.processes,
    pytest.mark.costly("each sentence is spoken, and read with care"),
]

ENGLISH = [
    ("date", "12/05/2026", "Your appointment is on {}.", "12thofmay2026"),
    ("time", "17:30", "We are open until {}.", "530pm"),
    ("telephone", "020 7946 0123", "Please call {} for help.", "02079460123"),
    ("currency", "GBP 45.50", "The invoice is for {}.", "45pounds(and)?50"),
    ("ordinal", "21", "You are the {} caller today.", "21st"),
    ("characters", "KM7", "The code is {}, once more.", "km7"),
]
FRENCH = [
    ("date", "12/05/2026", "Votre rendez-vous est le {}.", "12mai2026"),
    ("time", "17:30", "Nous sommes ouverts jusqu'à {}.", "17h30"),
    ("telephone", "01 42 53 24 15", "Appelez le {}.", "0142532415"),
    ("currency", "EUR 45,50", "Le montant de la facture est de {}.", "45euros50|4550euros"),
    ("ordinal", "3", "Vous êtes le {} dans la file.", "troisième"),
    ("characters", "KM7", "Le code est {}, je répète.", "km7"),
]
GERMAN = [
    ("date", "12.05.2026", "Ihr Termin ist am {}.", "(12|zwölften)mai2026"),
    ("time", "17:30", "Wir haben bis {} geöffnet.", "17uhr30"),
    ("telephone", "0341 123456", "Rufen Sie uns an unter {}.", "0341123456"),
    ("currency", "EUR 45,50", "Der Betrag der Rechnung ist {}.", "45euro50"),
    ("ordinal", "3", "Sie sind der {} in der Reihe.", "dritte"),
    ("characters", "KM7", "Der Code ist {}, noch einmal.", "km7"),
]
DUTCH = [
    ("date", "14/03/2026", "Het kantoor is gesloten op {}.", "14maart2026"),
    ("time", "17:30", "Wij zijn open tot {}.", "17uur30"),
    ("telephone", "020 123 45 67", "Bel ons op het nummer {}.", "0201234567"),
    ("currency", "EUR 45,50", "Het bedrag van de factuur is {}.", "45euro50"),
    ("ordinal", "3", "U bent de {} in de rij.", "derde"),
    ("characters", "KM7", "Uw nummer is {}.", "km7"),
]
SAID = {"en-GB": ENGLISH, "fr-FR": FRENCH, "de-DE": GERMAN, "nl-NL": DUTCH}


@pytest.mark.parametrize("language", SAID)
async def test_it_is_read_as_what_it_is(
    recognizer: WhisperRecognizer, best_voices: SpeechService, language: str
) -> None:
    misread = []
    for kind, written, sentence, understood in SAID[language]:
        marked = sentence.format(f'<say-as interpret-as="{kind}">{written}</say-as>')
        wav = await best_voices.render(Speech(f"<speak>{marked}</speak>", language, ssml=True), rate_hz=8000)
        read = await read_by(recognizer.pool, wav, language)
        if not re.search(understood, without_signs(read)):
            misread.append((kind, written, read))

    assert misread == []


def without_signs(text: str) -> str:
    """Letters and figures alone, in small letters."""
    return re.sub(r"[\W_]+", "", text.lower())
