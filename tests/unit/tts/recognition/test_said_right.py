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
    ("time", "17:30", "We are open until {}.", r"530pm|17[.:]30"),
    ("telephone", "020 7946 0123", "Please call {} for help.", "02079460123"),
    ("currency", "GBP 45.50", "The invoice is for {}.", r"45pounds(and)?50|£45\.50"),
    ("ordinal", "21", "You are the {} caller today.", "21st"),
    ("characters", "KM7", "The code is {}, once more.", "km7"),
]
FRENCH = [
    ("date", "12/05/2026", "Votre rendez-vous est le {}.", "12mai2026"),
    ("time", "17:30", "Nous sommes ouverts jusqu'à {}.", r"17h(eures?)?30|17[.:]30"),
    ("telephone", "01 42 53 24 15", "Appelez le {}.", "0142532415"),
    ("currency", "EUR 45,50", "Le montant de la facture est de {}.", r"45(euros|€)50|45[,.]50(euros|€)"),
    ("ordinal", "3", "Vous êtes le {} dans la file.", r"troisième|le3(e|è|ème)dans"),
    ("characters", "KM7", "Le code est {}, je répète.", "km7"),
]
GERMAN = [
    ("date", "12.05.2026", "Ihr Termin ist am {}.", "(12|zwölften)mai2026"),
    ("time", "17:30", "Wir haben bis {} geöffnet.", r"17uhr30|17[.:]30uhr"),
    ("telephone", "0341 123456", "Rufen Sie uns an unter {}.", "0341123456"),
    ("currency", "EUR 45,50", "Der Betrag der Rechnung ist {}.", r"45(euro|€)50|45[,.]50(euro|€)"),
    ("ordinal", "3", "Sie sind der {} in der Reihe.", r"dritte|der3\.in"),
    ("characters", "KM7", "Der Code ist {}, noch einmal.", "km7"),
]
DUTCH = [
    ("date", "14/03/2026", "Het kantoor is gesloten op {}.", "14maart2026"),
    ("time", "17:30", "Wij zijn open tot {}.", r"17uur30|17[.:]30uur"),
    ("telephone", "020 123 45 67", "Bel ons op het nummer {}.", "0201234567"),
    ("currency", "EUR 45,50", "Het bedrag van de factuur is {}.", r"45(euro|€)50|45[,.]50(euro|€)"),
    ("ordinal", "3", "U bent de {} in de rij.", r"derde|de3e"),
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
        read = await read_by(recognizer.readers.pool, wav, language)
        if not any(re.search(understood, form) for form in (letters_and_figures(read), without_spaces(read))):
            misread.append((kind, written, read))

    assert misread == []


def letters_and_figures(text: str) -> str:
    """Both alone, in small letters: how a recogniser parts a number or a code is no matter of what was said."""
    return re.sub(r"[\W_]+", "", text.lower())


def without_spaces(text: str) -> str:
    """In small letters with all signs: what was said in words may be written in them, as 17.30 Uhr."""
    return re.sub(r"\s+", "", text.lower())
