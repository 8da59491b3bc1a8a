"""The engine's Synthesizer: text or SSML in, the path of a WAV file out."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import structlog

from engine.aio.tasks import started, stopped
from engine.errors import SetupError, SpeechError, UnknownLanguage
from engine.model.languages import LANGUAGES, nearest_language, primary_language
from engine.ports import Speech
from tts import script
from tts.cache import PromptCache
from tts.choosing import voice_table
from tts.greetings import GREETINGS
from tts.installed import INSTALL
from tts.jobs import patience_s, speak_job
from tts.joining import joined
from tts.loudness import CEILING_DBFS, LEVEL_DBOV
from tts.pieces import pieces
from tts.pool import PoolError, WorkerPool
from tts.reading import read_speech
from tts.scratch import scratch_folder
from tts.script import Script, ScriptUtterance
from tts.selftest import VoiceCheck, rate_faults
from tts.server_engine.failures import ServerResting
from tts.server_engine.servers import SpeechServers
from tts.spoken import libraries
from tts.versions import versions_of, what_speaks
from tts.voice_trials import VoiceTrials
from tts.voices import EngineName, Voice, VoiceTable

RATES_HZ: Final = (8_000, 16_000, 24_000, 32_000, 44_100, 48_000)
WORDS_PER_MINUTE: Final = range(80, 451)

_RECIPE_VERSION: Final = 3
"""Raised when the same script would sound different, so that old files are not used."""

_NEURAL: Final = frozenset({EngineName.HIBARI, EngineName.PIPER})
"""They keep hundreds of megabytes in memory, so one process has them for all."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SpeechService:
    """Prompts by worker processes, cached. One per node; see `create`.

    `pool` speaks, except with neural voices, which `neural` has in a process of its own.
    """

    voices: VoiceTable
    cache: PromptCache
    pool: WorkerPool
    neural: WorkerPool
    servers: SpeechServers = field(default_factory=SpeechServers)

    @classmethod
    def create(
        cls,
        cache: PromptCache,
        voices: VoiceTable | None = None,
        *,
        workers: int = 2,
        queue_limit: int = 200,
        espeak: str = "auto",
        servers: SpeechServers | None = None,
        cores: frozenset[int] = frozenset(),
    ) -> Self:
        """A service that is not started yet.

        `voices` are by default the best of those installed, `espeak` is auto, system or loader, and `servers` have
        canonical languages. Workers run on these `cores`, or where there are none, on those of this process. Raises
        SetupError for another `espeak`.
        """
        if espeak not in {"auto", "system", "loader"}:
            raise SetupError(f"tts_espeak is '{espeak}'. Allowed are auto, system and loader.")
        pool = WorkerPool(cache.folder / "workers", workers, queue_limit, espeak, cores=cores)
        neural = WorkerPool(cache.folder / "neural-worker", 1, queue_limit, espeak, cores=cores)
        return cls(voices or voice_table(), cache, pool, neural, servers or SpeechServers())

    def languages(self) -> frozenset[str]:
        """Canonical tags of all languages that can be asked for."""
        return LANGUAGES

    async def render(self, speech: Speech, *, rate_hz: int) -> Path:
        """Path of a mono 16-bit PCM WAV at rate_hz: all that `stream` gives, in one.

        Raises UnknownLanguage, or SpeechError: nothing to say, a voice or a rate that does not exist, SSML
        that is not allowed, an engine that is missing, failed, or is busy.
        """
        async with aclosing(self.stream(speech, rate_hz=rate_hz)) as stream:
            paths = [path async for path in stream]
        if len(paths) == 1:
            return paths[0]
        recipe = {"version": _RECIPE_VERSION, "joined": [path.name for path in paths]}
        return await self.cache.get(recipe, partial(joined, paths))

    async def stream(self, speech: Speech, *, rate_hz: int) -> AsyncGenerator[Path, None]:
        """WAV files as `render` gives, to be played one after the other: while one sounds, the next is made.

        Raises what `render` does, and mostly before the first.
        """
        language = nearest_language(speech.language)
        if libraries.wanted_for(speech.text):
            await asyncio.to_thread(libraries.load)  # calls would stand still for it
        script = self._read(speech, language, rate_hz)
        # What a server says is there as a whole before any of it sounds: if it fails, another voice says all of it.
        first, *others = (script,) if self._asks_servers(script) else pieces(script)
        path, choice = await self._begun(first, language, speech.rate, rate_hz)
        for piece in others:
            following = started(self._said(piece, choice, speech.rate, rate_hz))
            try:
                yield path
                path = await following
            except PoolError as error:
                raise SpeechError(str(error)) from error
            finally:
                await stopped(following)
        yield path

    async def warm(self, language: str, voice: str | None = None) -> None:
        """Have them say a greeting that nobody hears, where the process or its engine was not there yet.

        A speech server is asked nothing: it is the process alone that decodes what it says.
        """
        await asyncio.to_thread(libraries.load)
        folder = scratch_folder(self.cache.scratch)
        try:
            spoken = nearest_language(language)
            speaks = self.voices.voices(spoken, voice)[0]
            greeting = script.of_plain_text(GREETINGS[primary_language(spoken)], spoken, None)
            parts = () if speaks.engine is EngineName.SERVER else greeting
            job = {**speak_job(parts, [speaks] * len(parts), None, RATES_HZ[0], folder / "said.wav"), "do": "warm"}
            await self._pool([speaks]).run(job, timeout_s=patience_s((), [speaks]))
        except (PoolError, SpeechError, UnknownLanguage) as error:
            _log.info("voice_not_warmed", language=language, error=str(error))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def start(self) -> list[VoiceCheck]:
        """What came of trying all voices, now or when the same were tried before. Raises SetupError as `check` does."""
        await self.cache.tidy()
        what = what_speaks(self.voices, espeak=self.pool.espeak)
        trials = VoiceTrials(self.cache.folder / "voices-tried.json")
        checks = trials.found(what) if what is not None else None
        if checks is None:
            checks = await self.check()
            if what is not None and all(each.ok for each in checks):
                trials.keep(what, checks)
        for engine, languages in self.lacking().items():
            _log.info("speech_engine_missing", engine=engine, languages=languages, install=INSTALL[engine])
        return checks

    def lacking(self) -> dict[EngineName, list[str]]:
        """Engines that would be understood better than those which speak, and for which languages."""
        found: dict[EngineName, list[str]] = {}
        for language in sorted(LANGUAGES):
            for engine in self.voices.lacking(language):
                found.setdefault(engine, []).append(language)
        return found

    async def check(self) -> list[VoiceCheck]:
        """Try espeak's driver, then each language with each of its engines. Raises SetupError if none will work."""
        try:
            faults = await rate_faults(self._seconds)
        except (PoolError, SpeechError) as error:
            raise SetupError(f"Speech does not work: {error}") from error
        if faults:
            raise SetupError(f"Speech does not work: {faults[0]}")
        return [check for language in sorted(LANGUAGES) for check in await self._tried(language)]

    async def close(self) -> None:
        """Stop what is being made and end the workers."""
        await self.cache.close()
        await self.servers.close()
        await self.pool.close()
        await self.neural.close()

    def _read(self, speech: Speech, language: str, rate_hz: int) -> Script:
        if rate_hz not in RATES_HZ:
            raise SpeechError(f"A prompt can't be made at {rate_hz} Hz. Allowed are {_listed(RATES_HZ)}.")
        if speech.rate is not None and speech.rate not in WORDS_PER_MINUTE:
            raise SpeechError(
                f"The rate is {speech.rate} words per minute. "
                f"Allowed are {WORDS_PER_MINUTE[0]} to {WORDS_PER_MINUTE[-1]}."
            )
        return read_speech(speech, language)

    async def _begun(self, first: Script, language: str, rate: int | None, rate_hz: int) -> tuple[Path, int]:
        """The first piece, and which of the engines in order has said it and says the others."""
        choices = self._choices(first, language)
        for choice in range(choices):
            try:
                return await self._said(first, choice, rate, rate_hz), choice
            except PoolError as error:
                if choice == choices - 1:
                    raise SpeechError(str(error)) from error
                # The operator listed another one for this case; a default never gets here.
                if not isinstance(error, ServerResting):
                    engine = self._order_at(language, choice)
                    _log.warning("speech_engine_failed", engine=engine, language=language, error=str(error))
        raise AssertionError(choices)  # `create` refuses an empty order

    def _asks_servers(self, script: Script) -> bool:
        return any(
            EngineName.SERVER in self.voices.order(part.language)
            for part in script
            if isinstance(part, ScriptUtterance)
        )

    def _choices(self, parts: Script, language: str) -> int:
        """How often a prompt may be tried: a language within it may have more engines than the prompt's own."""
        languages = {language, *(part.language for part in parts if isinstance(part, ScriptUtterance))}
        return max(len(self.voices.order(each)) for each in languages)

    def _order_at(self, language: str, choice: int) -> EngineName:
        order = self.voices.order(language)
        return order[min(choice, len(order) - 1)]

    async def _tried(self, language: str) -> list[VoiceCheck]:
        """What came of each engine that is to speak; where the best of those installed fails, the next speaks."""
        checks = [await self._check(language, engine) for engine in self.voices.order(language)]
        if language in self.voices.orders or checks[0].ok or checks[0].engine is EngineName.PYTTSX3:
            return checks
        self.voices = self.voices.without(Voice(checks[0].engine, checks[0].voice))
        return [*checks, *await self._tried(language)]

    async def _check(self, language: str, engine: EngineName) -> VoiceCheck:
        """Render afresh: a cached file would tell nothing about today."""
        voice = "none"
        try:
            voice = self.voices.default(engine, language)
            parts = script.of_plain_text(GREETINGS[primary_language(language)], language, None)
            seconds = await self._seconds(parts, [Voice(engine, voice)], None)
        except (PoolError, SpeechError) as error:
            return VoiceCheck(language, engine, voice, ok=False, detail=str(error))
        return VoiceCheck(language, engine, voice, ok=True, detail=f"{seconds:.2f} s of speech")

    async def _seconds(self, parts: Script, voices: Sequence[Voice | None], rate: int | None) -> float:
        """How long the script takes to say; nothing is kept."""
        folder = scratch_folder(self.cache.scratch)
        try:
            done = await self._speak(parts, voices, rate, RATES_HZ[0], folder / "said.wav")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return float(done["seconds"])

    async def _said(self, parts: Script, choice: int, rate: int | None, rate_hz: int) -> Path:
        voices = [self._voice(part, choice) if isinstance(part, ScriptUtterance) else None for part in parts]
        recipe = {
            "version": _RECIPE_VERSION,
            "level": [LEVEL_DBOV, CEILING_DBFS],
            "libraries": versions_of(voices),
            **speak_job(parts, voices, rate, rate_hz, Path()),
            **self.servers.recipe(parts, voices),
        }

        async def make(out: Path) -> None:
            await self._speak(parts, voices, rate, rate_hz, out)

        return await self.cache.get(recipe, make)

    async def _speak(
        self, parts: Script, voices: Sequence[Voice | None], rate: int | None, rate_hz: int, out: Path
    ) -> dict[str, Any]:
        """Make the file; what servers say is put beside it first, in a folder that the caller removes."""
        fetched = await self.servers.fetched(parts, voices, rate, out.parent)
        job = speak_job(parts, fetched, rate, rate_hz, out)
        return await self._pool(voices).run(job, timeout_s=patience_s(parts, voices))

    def _pool(self, voices: Iterable[Voice | None]) -> WorkerPool:
        return self.neural if any(voice and voice.engine in _NEURAL for voice in voices) else self.pool

    def _voice(self, part: ScriptUtterance, choice: int) -> Voice:
        """The voice for one utterance; a language within the text has an order of its own."""
        voices = self.voices.voices(part.language, part.voice)
        return voices[min(choice, len(voices) - 1)]


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
