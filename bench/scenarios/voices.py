"""How well each voice is understood: the share of its words that the product's recogniser misreads.

Each engine that is installed says the sentences of bench/sentences.toml and those about being recorded, at its usual
rate; what a far end would get of them by G.711 (8 kHz) and by a wide codec (16 kHz) is read by Whisper base without
hints. One recogniser and no human ear: differences under five points mean little. CPU and delay are those of a prompt
of ten words that nobody asked for before, while the machine does nothing else.
"""

import statistics
import time
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.process import usage
from bench.scenario import Place, Scenario
from engine.errors import SetupError, SpeechError
from engine.model.consent import OF_RECORDING, load_texts
from engine.ports import Speech
from tests.peers.judge import read_by
from tests.peers.word_errors import word_errors
from tts.cache import PromptCache
from tts.choosing import voice_table
from tts.pool import PoolError, WorkerPool
from tts.synthesizer import SpeechService
from tts.voices import EngineName

LANGUAGES: Final = {"nl": "nl-NL", "fr": "fr-FR", "de": "de-DE", "en": "en-GB"}
RATES_HZ: Final = (8000, 16000)
TEN_WORDS: Final = {
    "nl": "Goedemorgen, u spreekt met de klantenservice, kies nu een nummer {}.",
    "fr": "Bonjour et bienvenue au service client, veuillez choisir un numéro {}.",
    "de": "Guten Morgen, hier ist der Kundendienst, bitte wählen Sie jetzt {}.",
    "en": "Good morning, this is the service desk, please choose number {}.",
}
PROMPTS: Final = 8
_SENTENCES: Final = Path(__file__).resolve().parents[1] / "sentences.toml"


@dataclass(frozen=True, slots=True)
class Understood:
    """What came of one engine in one language at one rate."""

    misread: int
    words: int
    bad: list[str]

    @property
    def share(self) -> float:
        return self.misread / self.words


def sentences(language: str) -> Iterator[str]:
    """All that are said in a language."""
    yield from tomllib.loads(_SENTENCES.read_text("utf-8"))[language]
    texts = load_texts()
    for sentence in OF_RECORDING:
        yield texts.wording(sentence, LANGUAGES[language]).text


async def understood(service: SpeechService, judge: WorkerPool, language: str, rate_hz: int) -> Understood:
    """Say all of them and have them read."""
    misread = words = 0
    bad = []
    for said in sentences(language):
        path = await service.render(Speech(said, LANGUAGES[language]), rate_hz=rate_hz)
        read = await read_by(judge, path, LANGUAGES[language])
        wrong, count = word_errors(said, read, LANGUAGES[language])
        misread, words = misread + wrong, words + count
        if wrong:
            bad.append(f"{said} | {read}")
    return Understood(misread, words, bad)


async def cost(service: SpeechService, language: str) -> tuple[float, float]:
    """CPU of the workers and the time from request to file, in ms, of a new prompt of ten words at 8 kHz."""
    prompts = [Speech(TEN_WORDS[language].format(number), LANGUAGES[language]) for number in range(PROMPTS + 1)]
    await service.render(prompts.pop(), rate_hz=8000)
    before, delays = _cpu_s(service), []
    for prompt in prompts:
        began = time.perf_counter()
        await service.render(prompt, rate_hz=8000)
        delays.append(time.perf_counter() - began)
    return 1000 * (_cpu_s(service) - before) / PROMPTS, 1000 * statistics.median(delays)


def _cpu_s(service: SpeechService) -> float:
    return sum(usage(pid).cpu_s for pool in (service.pool, service.neural) for pid in pool.pids)


async def tried(folder: Path, engine: EngineName, language: str, judge: WorkerPool) -> dict[str, float]:
    """The figures of one engine, by name. Raises SetupError or SpeechError where it has no voice, or is not there."""
    service = SpeechService.create(
        PromptCache(folder), voice_table({LANGUAGES[language]: [engine]}, mbrola=True), workers=1
    )
    try:
        cpu_ms, delay_ms = await cost(service, language)
        figures = {"cpu_ms": round(cpu_ms, 1), "delay_ms": round(delay_ms, 1)}
        for rate_hz in RATES_HZ:
            result = await understood(service, judge, language, rate_hz)
            figures[f"misread_{rate_hz}"] = round(result.share, 4)
            figures[f"bad_{rate_hz}"] = len(result.bad)
        return figures
    finally:
        await service.close()


@dataclass(frozen=True, slots=True)
class Reading:
    """One engine, read by the recogniser."""

    engine: EngineName
    folder: Path
    judge: WorkerPool

    async def measure(self, _: int) -> dict[str, float]:
        """Measure by language, and for all that it speaks. Raises RuntimeError where it speaks none, or is too late."""
        found: dict[str, dict[str, float]] = {}
        for language in LANGUAGES:
            try:
                with suppress(SetupError, SpeechError):  # it has no voice for it, or is not there
                    found[language] = await tried(self.folder / language, self.engine, language, self.judge)
            except PoolError as failure:
                raise RuntimeError(f"{language}: {failure}") from failure
        if not found:
            raise RuntimeError(f"{self.engine} speaks none of the languages here")
        means = {name: statistics.mean(each[name] for each in found.values()) for name in next(iter(found.values()))}
        own = {f"{language}_{name}": value for language, each in found.items() for name, value in each.items()}
        return {"failed": 0, **means, **own}


@dataclass(frozen=True, slots=True)
class Voice:
    engine: EngineName

    @property
    def name(self) -> str:
        return str(self.engine)

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Reading]:
        folder = place.fresh("voices")
        judge = WorkerPool(folder / "judge", size=1, program="tts.recognition.worker")
        try:
            yield Reading(self.engine, folder, judge)
        finally:
            await judge.close()


SCENARIOS: Final = tuple(
    Scenario(
        f"voices-{engine}", f"how many words of forty sentences a language, said by {engine}, a recogniser misreads",
        Voice(engine), None, (1,), "misread_8000", scales=False, fixed=True, by_name_only=True, most_rounds=1,
        longest_s=1800,
    )
    for engine in EngineName
    if engine is not EngineName.PIPER
)  # fmt: skip
