"""Prompts in each of the four languages on real calls: what the far end has heard is read by a recogniser."""

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.judge import read_by
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports
from tests.peers.word_errors import word_errors
from tts import mbrola_files
from tts.pool import WorkerPool
from tts.voices import MBROLA_VOICES

pytestmark = [
    pytest.mark.sip,
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ctranslate2") is None, reason="the extra `speech` is not installed"),
]

TONE_HZ = 1500
BEST_VOICES = {"TTS_ENGINES": "{}"}
PROMPTS = {
    "en-GB": "All our agents are busy at the moment, please hold the line. Your waiting time is about five minutes.",
    "de-DE": "Wählen Sie eins für den Verkauf, zwei für Rechnungen oder drei für technische Hilfe.",
    "fr-BE": "Nous avons bien reçu votre paiement. Votre commande est en route et arrivera demain.",
}
DUTCH = "Al onze medewerkers zijn op dit moment in gesprek, blijf even aan de lijn. De vergadering begint zo dadelijk."
MOST_MISREAD = 0.25


@pytest.fixture
async def judge(tmp_path: Path) -> AsyncIterator[WorkerPool]:
    reading = WorkerPool(tmp_path / "judge", size=1, program="tts.recognition.worker")
    yield reading
    await reading.close()


async def test_callers_are_told_in_their_language_what_the_flow_says(
    tmp_path: Path, ports: Ports, shop: Customer, judge: WorkerPool
) -> None:
    async with platform(tmp_path, ports, BEST_VOICES, number={"--url": shop.url("/start")}) as telefoon:
        for language, prompt in PROMPTS.items():
            wav = await heard(telefoon, ports, shop, language, prompt, tmp_path / f"{language}.wav")

            await is_understood(judge, wav, prompt, language)


async def test_callers_are_told_in_dutch_by_mbrola_what_the_flow_says(
    tmp_path: Path, ports: Ports, shop: Customer, judge: WorkerPool
) -> None:
    if (lacking := mbrola_files.missing(MBROLA_VOICES["nl"])) is not None:
        pytest.skip(lacking)
    mbrola = {"TTS_ENGINES": '{"nl-NL": ["mbrola"]}'}
    async with platform(tmp_path, ports, mbrola, number={"--url": shop.url("/start")}) as telefoon:
        wav = await heard(telefoon, ports, shop, "nl-NL", DUTCH, tmp_path / "nl-NL.wav")

        await is_understood(judge, wav, DUTCH, "nl-NL")


async def heard(telefoon: Platform, ports: Ports, shop: Customer, language: str, prompt: str, wav: Path) -> Path:
    """A WAV of what somebody who calls hears from the answer until the prompt is over."""
    shop.flows["/start"] = f'<Response><Say language="{language}">{prompt}</Say><Redirect>/over</Redirect></Response>'
    shop.flows["/over"] = "<Response><Hangup/></Response>"
    async with calling(telefoon, ports, TONE_HZ) as (caller,):
        await caller.far_end.finishes(within_s=60)
        return caller.ear.heard().save(wav)


async def is_understood(judge: WorkerPool, wav: Path, prompt: str, language: str) -> None:
    understood = await read_by(judge, wav, language)
    misread, words = word_errors(prompt, understood, language)
    assert misread <= words * MOST_MISREAD, f"{language}: {understood}"
